//! Packed attestation (WebAuthn L3 §8.2).

use keyrig_ctap::ReasonClass;

use super::{Claim, Format, Voucher, signed};
use crate::Refusal;
use crate::attestation::statement::Statement;
use crate::certificate::{self, Certificate};
use crate::verify::Step;

pub(super) const FORMAT: Format = Format { id: "packed", vouches_for_aaguid: true, procedure: verify };

const SYNTAX: Step = step("Verify that attStmt is valid CBOR conforming to the syntax");
const CERTIFIED_SIGNATURE: Step = step("Verify that sig is a valid signature … using the attestation public key");
const REQUIREMENTS: Step = step("Verify that attestnCert meets the requirements");
const AAGUID: Step = step("If attestnCert contains an extension with OID 1.3.6.1.4.1.45724.1.1.4");
const SELF_ALGORITHM: Step = step("Validate that alg matches the algorithm of the credentialPublicKey");
const SELF_SIGNATURE: Step = step("Verify that sig is a valid signature … using the credential public key");

const fn step(words: &'static str) -> Step {
    Step { section: "8.2", words }
}

fn verify(claim: &Claim<'_>) -> Result<Voucher, Refusal> {
    let statement = Statement::parse(claim.statement, &["alg", "sig", "x5c"], SYNTAX)?;
    if statement.has("x5c") { certified(claim, &statement) } else { self_attested(claim, &statement) }
}

fn certified(claim: &Claim<'_>, statement: &Statement<'_>) -> Result<Voucher, Refusal> {
    let algorithm = statement.algorithm()?;
    let signature = statement.signature()?;
    let chain = statement.certificates()?;
    let leaf = Certificate::parse(&chain[0], SYNTAX)?;
    let key = signed::certified_key(&leaf, algorithm, CERTIFIED_SIGNATURE)?;
    signed::verify(&key, &signed::message(claim), signature, CERTIFIED_SIGNATURE)?;
    certificate::verify_packed_requirements(&leaf, REQUIREMENTS)?;
    certificate::verify_aaguid_extension(&leaf, claim.credential.aaguid, AAGUID)?;
    Ok(Voucher::Certificate(chain))
}

fn self_attested(claim: &Claim<'_>, statement: &Statement<'_>) -> Result<Voucher, Refusal> {
    let algorithm = statement.algorithm()?;
    if algorithm != claim.algorithm {
        let message = format!("the statement's algorithm is {algorithm} and the credential's {}", claim.algorithm);
        let (class, reason) = (ReasonClass::AttestationMalformed, "attestation_algorithm_mismatch");
        return Err(Refusal::new(class, reason, message, SELF_ALGORITHM));
    }
    signed::verify(claim.key, &signed::message(claim), statement.signature()?, SELF_SIGNATURE)?;
    Ok(Voucher::CredentialKey)
}
