//! The honest [`Seal`]: it signs what stands in the draft.

use alloc::vec::Vec;

use keyrig_ctap::cbor::Writer;
use keyrig_ctap::cose::{Algorithm, PublicKey};
use keyrig_ctap::seal::{Binding, CannotVouch, ChainForm, Draft, Leaf, Proof, Seal, Sealed, Statement, Tpm, Voucher};
use sha2::{Digest, Sha256};

use crate::attestation::tpm::{cert_info, public_area};

/// Signs drafts as they stand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Honest;

impl Seal for Honest {
    fn seal(&mut self, draft: Draft, voucher: &mut dyn Voucher) -> Result<Sealed, CannotVouch> {
        let auth_data = draft.auth_data.encode();
        let told = Told { draft: &draft, auth_data: &auth_data };
        if draft.statement == Statement::Assertion {
            let signature = voucher.sign_as_credential(&told.message(Binding::Own))?;
            return Ok(Sealed::Assertion { auth_data, signature });
        }
        let (format, statement) = told.statement(&draft.statement, voucher)?;
        Ok(Sealed::Attestation { format, auth_data, statement })
    }
}

/// What is attested.
struct Told<'a> {
    draft: &'a Draft,
    auth_data: &'a [u8],
}

impl Told<'_> {
    /// The format identifier and the statement, canonical CBOR.
    fn statement(
        &self,
        statement: &Statement,
        voucher: &mut dyn Voucher,
    ) -> Result<(&'static str, Vec<u8>), CannotVouch> {
        Ok(match statement {
            Statement::Assertion => return Err(CannotVouch("an assertion is not a member of an attestation")),
            Statement::None => ("none", none()),
            Statement::PackedSelf { algorithm } => {
                let signature = voucher.sign_as_credential(&self.message(Binding::Own))?;
                ("packed", signed(*algorithm, &signature, &[]))
            }
            Statement::Packed { leaf } => {
                let signature = voucher.sign_as_leaf(leaf, &self.message(Binding::Own))?;
                ("packed", signed(leaf.algorithm, &signature, &voucher.chain(leaf)?))
            }
            Statement::FidoU2f { leaf } => ("fido-u2f", self.fido_u2f(leaf, voucher)?),
            Statement::Tpm { leaf, tpm, binding } => ("tpm", self.tpm(leaf, tpm, *binding, voucher)?),
            Statement::AndroidKey { leaf, binding } => ("android-key", self.android_key(leaf, *binding, voucher)?),
            Statement::Apple { leaf, binding } => ("apple", self.apple(leaf, *binding, voucher)?),
            Statement::Compound { members } => ("compound", self.compound(members, voucher)?),
        })
    }

    /// Authenticator data and client data hash, the latter of another ceremony for [`Binding::Foreign`].
    fn message(&self, binding: Binding) -> Vec<u8> {
        [self.auth_data, &self.client_data_hash(binding)].concat()
    }

    fn client_data_hash(&self, binding: Binding) -> Vec<u8> {
        let hash = &self.draft.client_data_hash;
        match binding {
            Binding::Own => hash.clone(),
            Binding::Foreign => hash.iter().map(|byte| !byte).collect(),
        }
    }

    /// The credential's key as the authenticator data has it, and its algorithm.
    fn credential_key(&self) -> Result<(PublicKey, Algorithm), CannotVouch> {
        let attested = self.draft.auth_data.attested.as_ref();
        let key = &attested.ok_or(CannotVouch("the draft has no attested credential"))?.public_key;
        let unreadable = CannotVouch("the credential's key cannot be read");
        Ok((key.public_key().map_err(|_| unreadable)?, key.algorithm().ok_or(unreadable)?))
    }

    /// The statement of `fido-u2f` (WebAuthn L3 §8.6), where `x5c` has one element.
    fn fido_u2f(&self, leaf: &Leaf, voucher: &mut dyn Voucher) -> Result<Vec<u8>, CannotVouch> {
        let data = &self.draft.auth_data;
        let attested = data.attested.as_ref().ok_or(CannotVouch("the draft has no attested credential"))?;
        let (PublicKey::Ec2 { x, y, .. }, _) = self.credential_key()? else {
            return Err(CannotVouch("fido-u2f is for keys on P-256"));
        };
        let (rp_id_hash, id) = (data.rp_id_hash.as_slice(), attested.credential_id.as_slice());
        let message = [&[0], rp_id_hash, &self.draft.client_data_hash, id, &[4], &x, &y].concat();
        let signature = voucher.sign_as_leaf(leaf, &message)?;
        let mut chain = voucher.chain(leaf)?;
        if leaf.chain == ChainForm::Proper {
            chain.truncate(1);
        }
        let mut out = Writer::new();
        out.map(2).text("sig").bytes(&signature);
        x5c(&mut out, &chain);
        Ok(out.into_bytes())
    }

    /// The statement of `tpm` (WebAuthn L3 §8.3).
    fn tpm(&self, leaf: &Leaf, tpm: &Tpm, binding: Binding, voucher: &mut dyn Voucher) -> Result<Vec<u8>, CannotVouch> {
        if !matches!(leaf.algorithm, Algorithm::ES256 | Algorithm::RS256) {
            return Err(CannotVouch("attestation identity keys sign with ES256 and RS256 only"));
        }
        let area = public_area(tpm, &self.credential_key()?.0)?;
        let info = cert_info(tpm, &area, &Sha256::digest(self.message(binding)))?;
        let signature = voucher.sign_as_leaf(leaf, &info)?;
        let mut out = Writer::new();
        out.map(6).text("alg").int(leaf.algorithm.0).text("sig").bytes(&signature).text("ver").text("2.0");
        x5c(&mut out, &voucher.chain(leaf)?);
        out.text("pubArea").bytes(&area).text("certInfo").bytes(&info);
        Ok(out.into_bytes())
    }

    /// The statement of `android-key` (WebAuthn L3 §8.4).
    fn android_key(&self, leaf: &Leaf, binding: Binding, voucher: &mut dyn Voucher) -> Result<Vec<u8>, CannotVouch> {
        let (key, algorithm) = self.credential_key()?;
        let challenge = self.client_data_hash(binding);
        let chain = voucher.certify(leaf, &key, Proof::AndroidChallenge(&challenge))?;
        let signature = voucher.sign_as_credential(&self.message(Binding::Own))?;
        Ok(signed(algorithm, &signature, &chain))
    }

    /// The statement of `apple` (WebAuthn L3 §8.8).
    fn apple(&self, leaf: &Leaf, binding: Binding, voucher: &mut dyn Voucher) -> Result<Vec<u8>, CannotVouch> {
        let nonce = Sha256::digest(self.message(binding));
        let chain = voucher.certify(leaf, &self.credential_key()?.0, Proof::AppleNonce(&nonce))?;
        let mut out = Writer::new();
        out.map(1);
        x5c(&mut out, &chain);
        Ok(out.into_bytes())
    }

    /// The statement of `compound` (WebAuthn L3 §8.9).
    fn compound(&self, members: &[Statement], voucher: &mut dyn Voucher) -> Result<Vec<u8>, CannotVouch> {
        let mut out = Writer::new();
        out.array(members.len());
        for member in members {
            let (format, statement) = self.statement(member, voucher)?;
            out.map(2).text("fmt").text(format).text("attStmt").raw(&statement);
        }
        Ok(out.into_bytes())
    }
}

/// The statement of `none` (WebAuthn L3 §8.7).
fn none() -> Vec<u8> {
    let mut out = Writer::new();
    out.map(0);
    out.into_bytes()
}

/// The statement of `packed` (WebAuthn L3 §8.2), which without certificates is self attestation, and of `android-key`.
fn signed(algorithm: Algorithm, signature: &[u8], certificates: &[Vec<u8>]) -> Vec<u8> {
    let certified: usize = certificates.iter().map(|certificate| LONGEST_HEAD + certificate.len()).sum();
    let mut out = Writer::with_capacity(FRAME + signature.len() + certified);
    out.map(if certificates.is_empty() { 2 } else { 3 });
    out.text("alg").int(algorithm.0).text("sig").bytes(signature);
    if !certificates.is_empty() {
        x5c(&mut out, certificates);
    }
    out.into_bytes()
}

/// More bytes than the names and the algorithm of such a statement have.
const FRAME: usize = 32;

/// Bytes before a certificate.
const LONGEST_HEAD: usize = 9;

fn x5c(out: &mut Writer, certificates: &[Vec<u8>]) {
    out.text("x5c").array(certificates.len());
    for certificate in certificates {
        out.bytes(certificate);
    }
}
