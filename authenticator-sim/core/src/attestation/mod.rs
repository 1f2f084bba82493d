//! Attestation roots and leaves, all of our own making: no key here is a maker's.
//!
//! Every key, serial number and date follows from the names in a [`Chain`], so the trust anchors of two runs are equal.

mod android;
mod authorities;
mod authority_key;
pub mod certificate;
pub mod extension;
mod key;
pub(crate) mod tpm;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use authorities::{Authorities, Trust};
use certificate::{Attribute, Template, Usage, day};
use keyrig_ctap::cose::{Algorithm, PublicKey};
use keyrig_ctap::profile::{Chain, LeafSubject, Profile, Sends};
use keyrig_ctap::seal::{CannotVouch, ChainForm, Issuer, Leaf, Proof, Role, Validity, Voucher};
use sha2::{Digest, Sha256};
use x509_cert::ext::Extension;

pub use android::KeyDescription;
pub use authority_key::IssuingKey;
pub use key::subject_public_key_info;

use crate::CredentialSource;
use crate::Provider;
use crate::provider::{KeyPair, PrivateKey};

/// The trust anchors for what a chain attests, DER: its root, and after it the intermediates that do not come with the
/// leaf.
pub fn trust_anchors(chain: &Chain) -> Vec<Vec<u8>> {
    let count = if chain.sends == Sends::Leaf { 1 + chain.intermediates.len() } else { 1 };
    Authorities::of(chain, Trust::Product).certificates(0..count, &mut |_, make| make())
}

/// Whether the keys of a chain's authorities follow from their names at once. RSA keys that no embedded profile names have
/// to be searched for, which takes seconds.
pub fn keys_are_at_hand(chain: &Chain) -> bool {
    [Trust::Product, Trust::Impostor].iter().all(|trust| Authorities::of(chain, *trust).are_at_hand())
}

/// The attestation chain of another profile, by its id.
pub type Chains = dyn Fn(&str) -> Option<Chain> + Send;

/// Keeps keys that take long to make, RSA keys, by the names that they follow from: the second argument makes one.
pub type SlowKeys = dyn FnMut(&str, &dyn Fn() -> Result<KeyPair, CannotVouch>) -> Result<KeyPair, CannotVouch> + Send;

/// A leaf as it was issued.
struct Issued {
    leaf: Leaf,
    key: PrivateKey,
    chain: Vec<Vec<u8>>,
}

/// Issues leaves for one product and keeps the last ones.
pub(crate) struct Attester {
    others: Box<Chains>,
    slow_keys: Box<SlowKeys>,
    issued: Vec<Issued>,
}

/// Leaves that are kept: tampers ask for a few kinds in turn.
const KEPT: usize = 8;

impl Attester {
    pub(crate) fn new(others: Box<Chains>, slow_keys: Box<SlowKeys>) -> Self {
        Self { others, slow_keys, issued: Vec::new() }
    }

    /// From now on it issues leaves for another product.
    pub(crate) fn serve_another(&mut self) {
        self.issued.clear();
    }

    fn issued(&mut self, product: &Profile, leaf: &Leaf) -> Result<&Issued, CannotVouch> {
        let at = match self.issued.iter().position(|issued| issued.leaf == *leaf) {
            Some(at) => at,
            None => {
                let issued = self.issue(product, leaf)?;
                if self.issued.len() == KEPT {
                    self.issued.remove(0);
                }
                self.issued.push(issued);
                self.issued.len() - 1
            }
        };
        Ok(&self.issued[at])
    }

    fn issue(&mut self, product: &Profile, leaf: &Leaf) -> Result<Issued, CannotVouch> {
        let issuing = self.issuing(product, leaf)?;
        let pair = self.pair(leaf, &issuing, "leaf")?;
        let certified = if leaf.foreign_key { self.pair(leaf, &issuing, "foreign leaf")?.public } else { pair.public };
        let chain = issuing.certify(leaf, &certified, Vec::new(), "", &mut *self.slow_keys)?;
        Ok(Issued { leaf: leaf.clone(), key: pair.private, chain })
    }

    /// The certificates of a credential key, of which no two are the same.
    fn certify(
        &mut self,
        product: &Profile,
        leaf: &Leaf,
        key: &PublicKey,
        proof: Proof<'_>,
    ) -> Result<Vec<Vec<u8>>, CannotVouch> {
        let issuing = self.issuing(product, leaf)?;
        let (extension, content) = match proof {
            Proof::AndroidChallenge(challenge) => (
                KeyDescription::of_signing_key(challenge).and_then(|description| description.to_extension()),
                challenge,
            ),
            Proof::AppleNonce(nonce) => (extension::apple_nonce(nonce), nonce),
        };
        let extension = extension.map_err(|_| CannotVouch("the proof cannot be encoded"))?;
        let once = key::hex(&Sha256::digest([content, &key.to_cose(leaf.algorithm)].concat()));
        let foreign = if leaf.foreign_key { Some(self.pair(leaf, &issuing, "foreign leaf")?.public) } else { None };
        let key = foreign.as_ref().unwrap_or(key);
        issuing.certify(leaf, key, Vec::from([extension]), &once, &mut *self.slow_keys)
    }

    fn issuing<'p>(&self, product: &'p Profile, leaf: &Leaf) -> Result<Issuing<'p>, CannotVouch> {
        let own = product.attestation.chain.as_ref();
        let (chain, trust) = match &leaf.issuer {
            Issuer::Product => (own.map(Cow::Borrowed), Trust::Product),
            Issuer::Impostor => (own.map(Cow::Borrowed), Trust::Impostor),
            Issuer::Profile(id) => ((self.others)(id).map(Cow::Owned), Trust::Product),
        };
        let chain = chain.ok_or(CannotVouch("the issuer has no attestation chain"))?;
        Ok(Issuing { names: own.map_or_else(|| chain.clone(), Cow::Borrowed), chain, trust, product })
    }

    fn pair(&mut self, leaf: &Leaf, issuing: &Issuing<'_>, kind: &str) -> Result<KeyPair, CannotVouch> {
        let Issuing { chain, trust, names, .. } = issuing;
        let own = own_names(leaf, names);
        let mut parts = Vec::from([kind, trust.label(), &chain.root, &names.organization, &names.common_name]);
        parts.extend(own.iter().map(String::as_str));
        if leaf.algorithm == Algorithm::ES256 {
            return key::derive_pair(leaf.algorithm, &parts);
        }
        (self.slow_keys)(&parts.join("\n"), &|| key::derive_pair(leaf.algorithm, &parts))
    }
}

/// What sets this leaf apart from others of the same names: the batch, the device, the role.
fn own_names(leaf: &Leaf, names: &Chain) -> Vec<String> {
    let batch = (names.batch != 0).then(|| alloc::format!("batch {}", names.batch));
    let device = leaf.serial_number.as_deref().map(key::hex);
    let role = (leaf.role == Role::Tpm).then(|| "tpm".to_string());
    batch.into_iter().chain(device).chain(role).collect()
}

/// Who issues a leaf, and in whose name.
struct Issuing<'p> {
    chain: Cow<'p, Chain>,
    trust: Trust,
    names: Cow<'p, Chain>,
    product: &'p Profile,
}

impl Issuing<'_> {
    /// The certificates for `x5c`; `once` sets a leaf apart that is issued for one ceremony.
    fn certify(
        &self,
        leaf: &Leaf,
        key: &PublicKey,
        proof: Vec<Extension>,
        once: &str,
        slow: &mut SlowKeys,
    ) -> Result<Vec<Vec<u8>>, CannotVouch> {
        let authorities = Authorities::of(&self.chain, self.trust);
        let certificate = authorities.issuer(slow).issue(&self.template(leaf, key, proof, once)?, key)?;
        let above = match leaf.chain {
            ChainForm::Proper => self.chain.sends.above_leaf(self.chain.intermediates.len()),
            ChainForm::WithRoot | ChainForm::Reversed => 1 + self.chain.intermediates.len(),
        };
        let mut chain = Vec::from([certificate]);
        let count = authorities.count();
        chain.extend(authorities.certificates(count - above..count, slow).into_iter().rev());
        if leaf.chain == ChainForm::Reversed {
            chain.reverse();
        }
        Ok(chain)
    }

    /// The certificate requirements of the formats (WebAuthn L3 §8.2.1, §8.3.1), where the leaf does not lie about them.
    fn template(
        &self,
        leaf: &Leaf,
        key: &PublicKey,
        proof: Vec<Extension>,
        once: &str,
    ) -> Result<Template, CannotVouch> {
        let (not_before, not_after) = match leaf.validity {
            Validity::Current => (day(2020, 1, 1), certificate::NO_END),
            Validity::Expired => (day(2019, 1, 1), day(2020, 12, 31)),
            Validity::NotYet => (day(2090, 1, 1), certificate::NO_END),
        };
        let aaguid = leaf.aaguid_extension.map(|aaguid| aaguid.to_string()).unwrap_or_default();
        let own = own_names(leaf, &self.names);
        let mut parts = Vec::from(["leaf", &self.names.root, &self.names.common_name, &aaguid]);
        parts.extend(own.iter().map(String::as_str).chain((!once.is_empty()).then_some(once)));
        Ok(Template {
            subject: if leaf.role == Role::Tpm { Vec::new() } else { self.subject(leaf, key) },
            serial: key::derive_serial(&parts),
            not_before,
            not_after,
            ca: leaf.ca,
            usage: Usage::Statements,
            extensions: self.extensions(leaf, proof)?,
        })
    }

    fn subject(&self, leaf: &Leaf, key: &PublicKey) -> Vec<(Attribute, String)> {
        let Chain { subject, country, organization, common_name, .. } = &*self.names;
        let name = (Attribute::CommonName, common_name.clone());
        let organization = (Attribute::Organization, organization.clone());
        let unit = |text: &str| (Attribute::OrganizationalUnit, text.to_string());
        let lie = (leaf.organizational_unit != HONEST_UNIT).then_some(&*leaf.organizational_unit);
        match subject {
            LeafSubject::Packed => {
                Vec::from([(Attribute::Country, country.clone()), organization, unit(&leaf.organizational_unit), name])
            }
            LeafSubject::CommonName => lie.map(unit).into_iter().chain([name]).collect(),
            LeafSubject::Apple => {
                let hash = key::hex(&Sha256::digest(key.to_cose(leaf.algorithm)));
                let state = (Attribute::State, "California".to_string());
                Vec::from([
                    (Attribute::CommonName, hash),
                    unit(lie.unwrap_or("AAA Certification")),
                    organization,
                    state,
                ])
            }
        }
    }

    fn extensions(&self, leaf: &Leaf, proof: Vec<Extension>) -> Result<Vec<Extension>, CannotVouch> {
        let encode = || -> der::Result<Vec<Extension>> {
            let mut out = Vec::new();
            if let (Role::Tpm, Some(tpm)) = (leaf.role, &self.names.tpm) {
                out.extend(extension::tpm(tpm)?);
            }
            out.extend(proof);
            out.extend(leaf.aaguid_extension.map(extension::aaguid).transpose()?);
            out.extend(leaf.serial_number.as_deref().map(extension::serial_number).transpose()?);
            for (oid, value) in &self.names.extensions {
                out.push(extension::described(oid, value, self.product)?);
            }
            Ok(out)
        };
        if leaf.role == Role::Tpm && self.names.tpm.is_none() {
            return Err(CannotVouch("the chain does not say which TPM it is for"));
        }
        encode().map_err(|_| CannotVouch("an extension of the certificate cannot be encoded"))
    }
}

/// The keys that can vouch during one ceremony.
pub(crate) struct Vouching<'a> {
    provider: &'a mut dyn Provider,
    attester: &'a mut Attester,
    product: &'a Profile,
    source: &'a CredentialSource,
}

impl<'a> Vouching<'a> {
    pub(crate) fn new(
        provider: &'a mut dyn Provider,
        attester: &'a mut Attester,
        product: &'a Profile,
        source: &'a CredentialSource,
    ) -> Self {
        Self { provider, attester, product, source }
    }
}

impl Voucher for Vouching<'_> {
    fn sign_as_credential(&mut self, message: &[u8]) -> Result<Vec<u8>, CannotVouch> {
        let failed = |_| CannotVouch("the provider cannot sign with the credential's key");
        self.provider.sign(self.source.algorithm, &self.source.private_key, message).map_err(failed)
    }

    fn sign_as_leaf(&mut self, leaf: &Leaf, message: &[u8]) -> Result<Vec<u8>, CannotVouch> {
        let failed = |_| CannotVouch("the provider cannot sign with the leaf's key");
        let issued = self.attester.issued(self.product, leaf)?;
        self.provider.sign(leaf.algorithm, &issued.key, message).map_err(failed)
    }

    fn chain(&mut self, leaf: &Leaf) -> Result<Vec<Vec<u8>>, CannotVouch> {
        Ok(self.attester.issued(self.product, leaf)?.chain.clone())
    }

    fn certify(&mut self, leaf: &Leaf, key: &PublicKey, proof: Proof<'_>) -> Result<Vec<Vec<u8>>, CannotVouch> {
        self.attester.certify(self.product, leaf, key, proof)
    }
}

/// OU of an honest leaf (WebAuthn L3 §8.2.1).
const HONEST_UNIT: &str = "Authenticator Attestation";

/// OU of an honest leaf (WebAuthn L3 §8.2.1).
pub(crate) fn organizational_unit() -> String {
    HONEST_UNIT.to_string()
}
