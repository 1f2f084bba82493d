//! Attestation roots and leaves, all of our own making: no key here is a maker's.
//!
//! Every key, serial number and date follows from the names in a [`Chain`], so the trust anchors of two runs are equal.

pub mod certificate;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use certificate::{Attribute, Authority, Template};
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::profile::Chain;
use keyrig_ctap::seal::{CannotVouch, ChainForm, Issuer, Leaf, Validity, Voucher};
use p256::SecretKey;
use sha2::{Digest, Sha256};

use crate::CredentialSource;
use crate::Provider;
use crate::provider::{PrivateKey, p256_pair};

/// O of every root: nobody should take one for a maker's.
const ROOT_ORGANIZATION: &str = "keyrig test roots";

/// The certificate of a chain's root, DER: the trust anchor for what the chain attests.
pub fn root_certificate(chain: &Chain) -> Vec<u8> {
    Root::of(chain, Trust::Product).certificate()
}

/// The attestation chain of another profile, by its id.
pub type Chains = dyn Fn(&str) -> Option<Chain> + Send;

/// Whether anybody has the root as a trust anchor.
#[derive(Clone, Copy)]
enum Trust {
    Product,
    Impostor,
}

impl Trust {
    const fn label(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Impostor => "impostor",
        }
    }
}

/// A root: its subject depends on its CN alone, its key on who owns it too.
struct Root {
    authority: Authority,
    template: Template,
}

impl Root {
    fn of(chain: &Chain, trust: Trust) -> Self {
        let subject = Vec::from([
            (Attribute::Organization, ROOT_ORGANIZATION.to_string()),
            (Attribute::CommonName, chain.root.clone()),
        ]);
        let key = derive_key(&["root", trust.label(), &chain.root]);
        let template = Template {
            subject: subject.clone(),
            serial: derive_serial(&["root", trust.label(), &chain.root]),
            not_before: (2020, 1, 1),
            not_after: certificate::NO_END,
            ca: true,
            aaguid: None,
            serial_number: None,
        };
        Self { authority: Authority { subject, key }, template }
    }

    fn certificate(&self) -> Vec<u8> {
        let key = self.authority.key.public_key();
        self.authority.issue(&self.template, &key).expect("a root of names that are texts can be encoded")
    }
}

/// A leaf as it was issued.
struct Issued {
    leaf: Leaf,
    key: PrivateKey,
    chain: Vec<Vec<u8>>,
}

/// Issues leaves for one product and keeps the last ones.
pub(crate) struct Attester {
    own: Option<Chain>,
    others: Box<Chains>,
    issued: Vec<Issued>,
}

/// Leaves that are kept: tampers ask for a few kinds in turn.
const KEPT: usize = 8;

impl Attester {
    pub(crate) fn new(own: Option<Chain>, others: Box<Chains>) -> Self {
        Self { own, others, issued: Vec::new() }
    }

    fn issued(&mut self, leaf: &Leaf) -> Result<&Issued, CannotVouch> {
        let at = match self.issued.iter().position(|issued| issued.leaf == *leaf) {
            Some(at) => at,
            None => {
                let issued = self.issue(leaf)?;
                if self.issued.len() == KEPT {
                    self.issued.remove(0);
                }
                self.issued.push(issued);
                self.issued.len() - 1
            }
        };
        Ok(&self.issued[at])
    }

    fn issue(&self, leaf: &Leaf) -> Result<Issued, CannotVouch> {
        let (chain, trust) = match &leaf.issuer {
            Issuer::Product => (self.own.clone(), Trust::Product),
            Issuer::Impostor => (self.own.clone(), Trust::Impostor),
            Issuer::Profile(id) => ((self.others)(id), Trust::Product),
        };
        let chain = chain.ok_or(CannotVouch("the issuer has no attestation chain"))?;
        let root = Root::of(&chain, trust);
        let names = self.own.as_ref().unwrap_or(&chain);
        let key = derive_key(&["leaf", trust.label(), &chain.root, &names.organization, &names.common_name]);
        let pair = p256_pair(&key).map_err(|_| CannotVouch("the leaf's key cannot be encoded"))?;
        let certificate = root.authority.issue(&template(leaf, names), &key.public_key())?;
        let chain = match leaf.chain {
            ChainForm::Proper => Vec::from([certificate]),
            ChainForm::WithRoot => Vec::from([certificate, root.certificate()]),
            ChainForm::Reversed => Vec::from([root.certificate(), certificate]),
        };
        Ok(Issued { leaf: leaf.clone(), key: pair.private, chain })
    }
}

/// The certificate requirements of `packed` (WebAuthn L3 §8.2.1), where the leaf does not lie about them.
fn template(leaf: &Leaf, names: &Chain) -> Template {
    let (not_before, not_after) = match leaf.validity {
        Validity::Current => ((2020, 1, 1), certificate::NO_END),
        Validity::Expired => ((2019, 1, 1), (2020, 12, 31)),
        Validity::NotYet => ((2090, 1, 1), certificate::NO_END),
    };
    let aaguid = leaf.aaguid_extension.map(|aaguid| aaguid.to_string()).unwrap_or_default();
    Template {
        subject: Vec::from([
            (Attribute::Country, names.country.clone()),
            (Attribute::Organization, names.organization.clone()),
            (Attribute::OrganizationalUnit, leaf.organizational_unit.clone()),
            (Attribute::CommonName, names.common_name.clone()),
        ]),
        serial: derive_serial(&["leaf", &names.root, &names.common_name, &aaguid]),
        not_before,
        not_after,
        ca: leaf.ca,
        aaguid: leaf.aaguid_extension,
        serial_number: leaf.serial_number.clone(),
    }
}

fn derive_serial(parts: &[&str]) -> [u8; 16] {
    let mut serial = [0; 16];
    serial.copy_from_slice(&digest("serial number", parts, 0)[..16]);
    serial
}

fn derive_key(parts: &[&str]) -> SecretKey {
    (0..=u8::MAX)
        .find_map(|attempt| SecretKey::from_slice(&digest("private key", parts, attempt)).ok())
        .expect("one of 256 digests is a scalar of P-256")
}

fn digest(purpose: &str, parts: &[&str], attempt: u8) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"keyrig attestation");
    for part in [purpose].iter().chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update([attempt]);
    hash.finalize().into()
}

/// The keys that can vouch during one ceremony.
pub(crate) struct Vouching<'a> {
    provider: &'a mut dyn Provider,
    attester: &'a mut Attester,
    source: &'a CredentialSource,
}

impl<'a> Vouching<'a> {
    pub(crate) fn new(
        provider: &'a mut dyn Provider,
        attester: &'a mut Attester,
        source: &'a CredentialSource,
    ) -> Self {
        Self { provider, attester, source }
    }
}

impl Voucher for Vouching<'_> {
    fn sign_as_credential(&mut self, message: &[u8]) -> Result<Vec<u8>, CannotVouch> {
        let failed = |_| CannotVouch("the provider cannot sign with the credential's key");
        self.provider.sign(self.source.algorithm, &self.source.private_key, message).map_err(failed)
    }

    fn sign_as_leaf(&mut self, leaf: &Leaf, message: &[u8]) -> Result<Vec<u8>, CannotVouch> {
        let failed = |_| CannotVouch("the provider cannot sign with the leaf's key");
        let issued = self.attester.issued(leaf)?;
        self.provider.sign(Algorithm::ES256, &issued.key, message).map_err(failed)
    }

    fn chain(&mut self, leaf: &Leaf) -> Result<Vec<Vec<u8>>, CannotVouch> {
        Ok(self.attester.issued(leaf)?.chain.clone())
    }
}

/// OU of an honest leaf (WebAuthn L3 §8.2.1).
pub(crate) fn organizational_unit() -> String {
    "Authenticator Attestation".to_string()
}
