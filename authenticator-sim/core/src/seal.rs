//! The honest [`Seal`]: it signs what stands in the draft.

use alloc::vec::Vec;

use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cbor::Writer;
use keyrig_ctap::cose::{Algorithm, PublicKey};
use keyrig_ctap::seal::{CannotVouch, Draft, Leaf, Seal, Sealed, Statement, Voucher};

/// Signs drafts as they stand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Honest;

impl Seal for Honest {
    fn seal(&mut self, draft: Draft, voucher: &mut dyn Voucher) -> Result<Sealed, CannotVouch> {
        let auth_data = draft.auth_data.encode();
        let hash = &draft.client_data_hash;
        let (format, statement) = match &draft.statement {
            Statement::Assertion => {
                let signature = voucher.sign_as_credential(&[auth_data.as_slice(), hash].concat())?;
                return Ok(Sealed::Assertion { auth_data, signature });
            }
            Statement::None => ("none", none()),
            Statement::PackedSelf { algorithm } => {
                let signature = voucher.sign_as_credential(&[auth_data.as_slice(), hash].concat())?;
                ("packed", packed(*algorithm, &signature, &[]))
            }
            Statement::Packed { leaf } => {
                let signature = voucher.sign_as_leaf(leaf, &[auth_data.as_slice(), hash].concat())?;
                ("packed", packed(Algorithm::ES256, &signature, &voucher.chain(leaf)?))
            }
            Statement::FidoU2f { leaf } => ("fido-u2f", fido_u2f(&draft.auth_data, hash, leaf, voucher)?),
        };
        Ok(Sealed::Attestation { format, auth_data, statement })
    }
}

/// The statement of `none` (WebAuthn L3 §8.7).
fn none() -> Vec<u8> {
    let mut out = Writer::new();
    out.map(0);
    out.into_bytes()
}

/// The statement of `packed` (WebAuthn L3 §8.2); without certificates it is self attestation.
fn packed(algorithm: Algorithm, signature: &[u8], certificates: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Writer::new();
    out.map(if certificates.is_empty() { 2 } else { 3 });
    out.text("alg").int(algorithm.0).text("sig").bytes(signature);
    if !certificates.is_empty() {
        x5c(&mut out, certificates);
    }
    out.into_bytes()
}

/// The statement of `fido-u2f` (WebAuthn L3 §8.6).
fn fido_u2f(data: &AuthData, hash: &[u8], leaf: &Leaf, voucher: &mut dyn Voucher) -> Result<Vec<u8>, CannotVouch> {
    let attested = data.attested.as_ref().ok_or(CannotVouch("the draft has no attested credential"))?;
    let Ok(PublicKey::Ec2 { x, y, .. }) = attested.public_key.public_key() else {
        return Err(CannotVouch("fido-u2f is for keys on P-256"));
    };
    let message = [&[0], data.rp_id_hash.as_slice(), hash, &attested.credential_id, &[4], &x, &y].concat();
    let signature = voucher.sign_as_leaf(leaf, &message)?;
    let mut out = Writer::new();
    out.map(2).text("sig").bytes(&signature);
    x5c(&mut out, &voucher.chain(leaf)?);
    Ok(out.into_bytes())
}

fn x5c(out: &mut Writer, certificates: &[Vec<u8>]) {
    out.text("x5c").array(certificates.len());
    for certificate in certificates {
        out.bytes(certificate);
    }
}
