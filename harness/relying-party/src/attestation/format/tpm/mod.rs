//! TPM attestation (WebAuthn L3 §8.3).

mod attest;
mod public_area;
mod reader;
mod signature;

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512, digest};
use keyrig_ctap::ReasonClass;
use keyrig_ctap::cose::Algorithm;

use self::attest::{ATTEST_CERTIFY, Attest, GENERATED_VALUE};
use self::public_area::PublicArea;
use super::{Claim, Format, Voucher, signed};
use crate::Refusal;
use crate::attestation::statement::Statement;
use crate::certificate::{self, Certificate};
use crate::verify::Step;

pub(super) const FORMAT: Format = Format { id: "tpm", vouches_for_aaguid: true, procedure: verify };

const SYNTAX: Step = step("Verify that attStmt is valid CBOR conforming to the syntax");
const SAME_KEY: Step = step("Verify that the public key specified by the parameters and unique fields of pubArea");
const REQUIREMENTS: Step = step("Verify that aikCert meets the requirements");
const AAGUID: Step = step("If aikCert contains an extension with OID 1.3.6.1.4.1.45724.1.1.4");
const SIGNATURE: Step = step("Verify the sig is a valid signature over certInfo");
const CERT_INFO: Step = step("Validate that certInfo is valid");
const MAGIC: Step = step("Verify that magic is set to TPM_GENERATED_VALUE");
const TYPE: Step = step("Verify that type is set to TPM_ST_ATTEST_CERTIFY");
const EXTRA_DATA: Step = step("Verify that extraData is set to the hash of attToBeSigned");
const ATTESTED: Step = step("Verify that attested contains a TPMS_CERTIFY_INFO structure");

const MEMBERS: &[&str] = &["alg", "certInfo", "pubArea", "sig", "ver", "x5c"];

const fn step(words: &'static str) -> Step {
    Step { section: "8.3", words }
}

/// The text calls `sig` a TPMT_SIGNATURE; the W3C's example and real TPMs have it in the
/// form that WebAuthn L3 §6.5.5 gives to every other signature.
fn verify(claim: &Claim<'_>) -> Result<Voucher, Refusal> {
    let statement = Statement::parse(claim.statement, MEMBERS, SYNTAX)?;
    verify_version(&statement)?;
    let algorithm = statement.algorithm()?;
    let signature = statement.signature()?;
    let cert_info = statement.bytes("certInfo")?;
    let area_bytes = statement.bytes("pubArea")?;
    let area = verify_public_area(claim, area_bytes)?;
    let chain = statement.certificates()?;
    let aik = Certificate::parse(&chain[0], SYNTAX)?;
    certificate::verify_tpm_requirements(&aik, REQUIREMENTS)?;
    certificate::verify_aaguid_extension(&aik, claim.credential.aaguid, AAGUID)?;
    signature::verify(&aik, algorithm, cert_info, signature, SIGNATURE)?;
    let attest = read_cert_info(cert_info)?;
    verify_extra_data(claim, &attest, algorithm)?;
    verify_name(&attest, &area, area_bytes)?;
    Ok(Voucher::Certificate(chain))
}

fn verify_version(statement: &Statement<'_>) -> Result<(), Refusal> {
    match statement.text("ver")? {
        "2.0" => Ok(()),
        other => {
            let message = format!("the statement is of TPM version \"{other}\", not \"2.0\"");
            refuse(ReasonClass::AttestationMalformed, "tpm_version", message, SYNTAX)
        }
    }
}

fn verify_public_area(claim: &Claim<'_>, bytes: &[u8]) -> Result<PublicArea, Refusal> {
    use ReasonClass::AttestationMalformed;
    match PublicArea::parse(bytes) {
        Some(area) if signed::is_credential_key(claim, &area.key) => Ok(area),
        Some(_) => {
            refuse(AttestationMalformed, "tpm_key_differs", "pubArea is not the credential public key", SAME_KEY)
        }
        None => refuse(AttestationMalformed, "tpm_public_area", "pubArea is no RSA or ECC public area", SAME_KEY),
    }
}

/// Reads `certInfo`, which has to be made by a TPM and about an object that it holds.
fn read_cert_info(bytes: &[u8]) -> Result<Attest<'_>, Refusal> {
    let class = ReasonClass::AttestationMalformed;
    let Some(attest) = Attest::parse(bytes) else {
        return refuse(class, "tpm_cert_info", "certInfo is no TPMS_ATTEST", CERT_INFO);
    };
    if attest.magic != GENERATED_VALUE {
        return refuse(class, "tpm_magic", format!("magic is {:#010x}", attest.magic), MAGIC);
    }
    if attest.kind != ATTEST_CERTIFY {
        return refuse(class, "tpm_type", format!("type is {:#06x}", attest.kind), TYPE);
    }
    Ok(attest)
}

fn verify_extra_data(claim: &Claim<'_>, attest: &Attest<'_>, algorithm: Algorithm) -> Result<(), Refusal> {
    let class = ReasonClass::AttestationSignature;
    let Some(hash) = signature::hash(algorithm) else {
        let message = format!("the hash that {algorithm} employs is not known");
        return refuse(class, "tpm_signature_hash", message, EXTRA_DATA);
    };
    if attest.extra_data == digest(hash, &signed::message(claim)).as_ref() {
        return Ok(());
    }
    let message = "extraData is not the hash of this registration's data";
    refuse(class, "tpm_extra_data", message, EXTRA_DATA)
}

/// The name of an object is its `nameAlg` and, with that, the hash of its public area (TPM 2.0 Part 1, "Names").
fn verify_name(attest: &Attest<'_>, area: &PublicArea, area_bytes: &[u8]) -> Result<(), Refusal> {
    let Some(name) = attest.certified_name() else {
        let message = "attested is no TPMS_CERTIFY_INFO";
        return refuse(ReasonClass::AttestationMalformed, "tpm_certify_info", message, ATTESTED);
    };
    let Some(hash) = name_hash(area.name_algorithm) else {
        let message = format!("names with algorithm {:#06x} are not trusted here", area.name_algorithm);
        return refuse(ReasonClass::AttestationMalformed, "tpm_name_algorithm", message, ATTESTED);
    };
    if name == [&area.name_algorithm.to_be_bytes()[..], digest(hash, area_bytes).as_ref()].concat() {
        return Ok(());
    }
    let message = "the TPM certified another object than pubArea";
    refuse(ReasonClass::AttestationSignature, "tpm_name_differs", message, ATTESTED)
}

/// The hash in a name; not SHA-1, with which two areas may have one name.
fn name_hash(algorithm: u16) -> Option<&'static digest::Algorithm> {
    match algorithm {
        0x000b => Some(&SHA256),
        0x000c => Some(&SHA384),
        0x000d => Some(&SHA512),
        _ => None,
    }
}

fn refuse<T>(
    class: ReasonClass,
    reason: &'static str,
    message: impl Into<std::borrow::Cow<'static, str>>,
    step: Step,
) -> Result<T, Refusal> {
    Err(Refusal::new(class, reason, message, step))
}
