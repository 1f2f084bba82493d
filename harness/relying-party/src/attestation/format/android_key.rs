//! Android key attestation (WebAuthn L3 §8.4).

use keyrig_ctap::ReasonClass;

use super::{Claim, Format, Voucher, signed};
use crate::Refusal;
use crate::attestation::statement::Statement;
use crate::certificate::{AuthorizationList, Certificate, KeyDescription};
use crate::verify::Step;

pub(super) const FORMAT: Format = Format { id: "android-key", vouches_for_aaguid: true, procedure: verify };

const SYNTAX: Step = step("Verify that attStmt is valid CBOR conforming to the syntax");
const SIGNATURE: Step = step("Verify that sig is a valid signature … using the public key in the first certificate");
const SAME_KEY: Step = step("Verify that the public key in the first certificate in x5c matches");
const CHALLENGE: Step = step("Verify that the attestationChallenge field … is identical to clientDataHash");
const ALL_APPLICATIONS: Step = step("The AuthorizationList.allApplications field is not present");
const ORIGIN: Step = step("The value in the AuthorizationList.origin field is equal to KM_ORIGIN_GENERATED");
const PURPOSE: Step = step("The value in the AuthorizationList.purpose field is equal to KM_PURPOSE_SIGN");

/// `KM_ORIGIN_GENERATED`.
const GENERATED: i64 = 0;
/// `KM_PURPOSE_SIGN`.
const SIGN: i64 = 2;

const fn step(words: &'static str) -> Step {
    Step { section: "8.4", words }
}

fn verify(claim: &Claim<'_>) -> Result<Voucher, Refusal> {
    let statement = Statement::parse(claim.statement, &["alg", "sig", "x5c"], SYNTAX)?;
    let algorithm = statement.algorithm()?;
    let signature = statement.signature()?;
    let chain = statement.certificates()?;
    let leaf = Certificate::parse(&chain[0], SYNTAX)?;
    let key = signed::certified_key(&leaf, algorithm, SIGNATURE)?;
    signed::verify(&key, &signed::message(claim), signature, SIGNATURE)?;
    signed::verify_certifies_credential_key(claim, &leaf, SAME_KEY)?;
    let description = KeyDescription::of(&leaf, CHALLENGE)?;
    if description.challenge != claim.client_data_hash {
        let message = "the certificate's attestation challenge is not the client data hash";
        return refuse("certificate_challenge_differs", message, CHALLENGE);
    }
    verify_authorizations(&[description.tee_enforced, description.software_enforced])?;
    Ok(Voucher::Certificate(chain))
}

/// Both lists count, since nobody here says that the key must live in a trusted execution environment. A field that
/// neither list has is let pass: the lists in the W3C's own example are empty.
fn verify_authorizations(lists: &[AuthorizationList; 2]) -> Result<(), Refusal> {
    if lists.iter().any(|list| list.all_applications) {
        return refuse("android_all_applications", "every application may use the key", ALL_APPLICATIONS);
    }
    if lists.iter().filter_map(|list| list.origin).any(|origin| origin != GENERATED) {
        return refuse("android_origin", "the key was not generated in its key store", ORIGIN);
    }
    if lists.iter().filter_map(|list| list.purpose.as_deref()).any(|purpose| purpose != [SIGN]) {
        return refuse("android_purpose", "the key is not for signing, or not for signing only", PURPOSE);
    }
    Ok(())
}

fn refuse<T>(reason: &'static str, message: &'static str, step: Step) -> Result<T, Refusal> {
    Err(Refusal::new(ReasonClass::AttestationCertificate, reason, message, step))
}
