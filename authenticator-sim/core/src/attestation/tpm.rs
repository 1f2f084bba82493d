//! What a TPM says of a key (TPM 2.0 Part 2, "TPMS_ATTEST" and "TPMT_PUBLIC"): big-endian structures.

use alloc::vec::Vec;

use keyrig_ctap::cose::{Curve, PublicKey};
use keyrig_ctap::seal::{CannotVouch, Tpm};
use sha2::{Digest, Sha256};

/// `TPM_ST_ATTEST_CERTIFY`.
const ATTEST_CERTIFY: u16 = 0x8017;
/// `TPM_ALG_RSA`.
const RSA: u16 = 0x0001;
/// `TPM_ALG_ECC`.
const ECC: u16 = 0x0023;
/// `TPM_ALG_SHA256`, the hash in the names of objects.
const SHA_256: u16 = 0x000b;
/// `TPM_ALG_NULL`: no symmetric algorithm, no scheme, no key derivation function.
const NULL: u16 = 0x0010;
/// The exponent that a public area writes as zero.
const DEFAULT_EXPONENT: [u8; 3] = [1, 0, 1];

/// `TPM_ECC_NIST_P256` and its sisters.
const CURVES: [(Curve, u16); 3] = [(Curve::P256, 3), (Curve::P384, 4), (Curve::P521, 5)];

/// `pubArea`: the credential key as the TPM describes it.
///
/// # Errors
///
/// [`CannotVouch`] for a key that no TPM holds.
pub(crate) fn public_area(tpm: &Tpm, key: &PublicKey) -> Result<Vec<u8>, CannotVouch> {
    let no_tpm = CannotVouch("a TPM holds RSA keys and keys on the NIST curves");
    let mut out = Vec::new();
    let head = |out: &mut Vec<u8>, kind: u16| {
        words(out, &[kind, SHA_256]);
        out.extend(tpm.object_attributes.to_be_bytes());
        sized(out, &tpm.auth_policy)?;
        words(out, &[NULL, NULL]);
        Ok(())
    };
    match key {
        PublicKey::Rsa { n, e } => {
            head(&mut out, RSA)?;
            words(&mut out, &[u16::try_from(n.len() * 8).map_err(|_| no_tpm)?]);
            out.extend(exponent(e).ok_or(no_tpm)?.to_be_bytes());
            sized(&mut out, n)?;
        }
        PublicKey::Ec2 { curve, x, y } => {
            let (_, id) = CURVES.iter().find(|(known, _)| known == curve).ok_or(no_tpm)?;
            head(&mut out, ECC)?;
            words(&mut out, &[*id, NULL]);
            sized(&mut out, x)?;
            sized(&mut out, y)?;
        }
        _ => return Err(no_tpm),
    }
    Ok(out)
}

/// `certInfo`: that the object of `area` is loaded, with `extra_data` from the caller.
///
/// # Errors
///
/// [`CannotVouch`] where `extra_data` is longer than a TPM takes.
pub(crate) fn cert_info(tpm: &Tpm, area: &[u8], extra_data: &[u8]) -> Result<Vec<u8>, CannotVouch> {
    let mut out = tpm.magic.to_be_bytes().to_vec();
    words(&mut out, &[ATTEST_CERTIFY]);
    let no_qualified_signer = &[];
    sized(&mut out, no_qualified_signer)?;
    sized(&mut out, extra_data)?;
    out.extend(tpm.clock.to_be_bytes());
    out.extend(tpm.reset_count.to_be_bytes());
    out.extend(tpm.restart_count.to_be_bytes());
    out.push(tpm.safe);
    out.extend(tpm.firmware_version.to_be_bytes());
    let name = [&SHA_256.to_be_bytes()[..], &Sha256::digest(area)].concat();
    sized(&mut out, &name)?;
    let no_qualified_name = &[];
    sized(&mut out, no_qualified_name)?;
    Ok(out)
}

fn words(out: &mut Vec<u8>, words: &[u16]) {
    out.extend(words.iter().flat_map(|word| word.to_be_bytes()));
}

/// A `TPM2B`: the length and the bytes.
fn sized(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), CannotVouch> {
    let length = u16::try_from(bytes.len()).map_err(|_| CannotVouch("a structure is too long for a TPM"))?;
    words(out, &[length]);
    out.extend(bytes);
    Ok(())
}

fn exponent(bytes: &[u8]) -> Option<u32> {
    if bytes == DEFAULT_EXPONENT {
        return Some(0);
    }
    (bytes.len() <= 4).then(|| bytes.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}
