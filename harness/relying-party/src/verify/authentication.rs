//! Verifying an authentication assertion (WebAuthn L3 §7.2, CR 2026-05-26).

use aws_lc_rs::digest::{SHA256, digest};
use keyrig_ctap::ReasonClass;
use keyrig_ctap::auth_data::{AuthData, Flags};
use serde_json::{Map, Value};

use super::client_data::ClientData;
use super::public_key::VerifyingKey;
use super::{
    AuthenticationExpectation, AuthenticationResponse, CredentialRecord, SignCountPolicy, Step, VerifiedAuthentication,
    auth_data, extensions,
};
use crate::Refusal;

/// Verifies an authentication: steps 3 to 23 of WebAuthn L3 §7.2, in order.
///
/// Left to the caller are steps 1 and 2 (the options), 24 ([`VerifiedAuthentication::update`], after its own checks)
/// and 25. `record` is the record that the caller found for the credential id.
///
/// # Errors
///
/// The first [`Refusal`].
pub fn authentication(
    expected: &AuthenticationExpectation,
    record: &CredentialRecord,
    response: &AuthenticationResponse,
) -> Result<VerifiedAuthentication, Refusal> {
    verify_allowed(&expected.allow_credentials, &response.raw_id)?;
    verify_user(expected.identified_user.as_deref(), record, response)?;
    let auth_data = parse_auth_data(&response.authenticator_data)?;
    let client_data = ClientData::parse(&response.client_data_json, CLIENT_DATA)?;
    client_data.verify_type("webauthn.get", TYPE)?;
    client_data.verify_challenge(&expected.challenge, CHALLENGE)?;
    client_data.verify_origin(&expected.origins, ORIGIN)?;
    client_data.verify_cross_origin(&expected.framing, CROSS_ORIGIN)?;
    client_data.verify_top_origin(&expected.framing, TOP_ORIGIN)?;
    auth_data::verify_rp_id_hash(&auth_data, scope(expected, &response.client_extension_results), RP_ID_HASH)?;
    auth_data::verify_user_present(auth_data.flags, USER_PRESENT)?;
    auth_data::verify_user_verified(auth_data.flags, expected.user_verification_required, USER_VERIFIED)?;
    auth_data::verify_backup_state_possible(auth_data.flags, BACKUP_STATE)?;
    verify_backup_eligibility(expected.backup_state_is_policy, record, auth_data.flags)?;
    let hash = digest(&SHA256, &response.client_data_json);
    verify_signature(record, &response.authenticator_data, hash.as_ref(), &response.signature)?;
    let sign_count_did_not_grow = verify_sign_count(expected.sign_count, record.sign_count, auth_data.sign_count)?;
    let mut observations = extensions::verify(
        &expected.extensions,
        &response.client_extension_results,
        auth_data.extensions.as_deref(),
        EXTENSIONS,
    )?;
    observations.extend(auth_data::observe_reserved_bits(auth_data.flags));
    Ok(VerifiedAuthentication {
        credential_id: record.id.clone(),
        user_handle: record.user_handle.clone(),
        flags: auth_data.flags,
        sign_count: auth_data.sign_count,
        sign_count_did_not_grow,
        backup_eligibility_changed: record.backup_eligible != auth_data.flags.contains(Flags::BE),
        backup_state_changed: record.backup_state != auth_data.flags.contains(Flags::BS),
        observations,
    })
}

/// Step 5.
const ALLOWED: Step = step("If pkOptions.allowCredentials is not empty");
/// Step 6.
const IDENTIFY: Step = step("Identify the user being authenticated");
/// Step 7.
const PARTS: Step = step("Let cData, authData and sig denote");
/// Step 9, after the UTF-8 decoding of step 8.
const CLIENT_DATA: Step = step("Let C, the client data claimed as used for the signature");
/// Step 10.
const TYPE: Step = step("Verify that the value of C.type is the string webauthn.get");
/// Step 11.
const CHALLENGE: Step = step("Verify that the value of C.challenge equals");
/// Step 12.
const ORIGIN: Step = step("Verify that the value of C.origin is an origin expected");
/// Step 13.
const CROSS_ORIGIN: Step = step("If C.crossOrigin is present and set to true");
/// Step 14.
const TOP_ORIGIN: Step = step("If C.topOrigin is present");
/// Step 15.
const RP_ID_HASH: Step = step("Verify that the rpIdHash in authData");
/// Step 16.
const USER_PRESENT: Step = step("Verify that the UP bit of the flags in authData is set");
/// Step 17.
const USER_VERIFIED: Step = step("Determine whether user verification is required for this assertion");
/// Step 18.
const BACKUP_STATE: Step = step("If the BE bit of the flags in authData is not set, verify that the BS bit");
/// Step 19.
const BACKUP_ELIGIBILITY: Step = step("If the credential backup state is used as part of Relying Party business logic");
/// Step 21.
const SIGNATURE: Step = step("Using credentialRecord.publicKey, verify that sig is a valid signature");
/// Step 22.
const SIGN_COUNT: Step = step("If authData.signCount is nonzero or credentialRecord.signCount is nonzero");
/// Step 23.
const EXTENSIONS: Step = step("Process the client extension outputs");

const fn step(words: &'static str) -> Step {
    Step { section: "7.2", words }
}

fn verify_allowed(allowed: &[Vec<u8>], raw_id: &[u8]) -> Result<(), Refusal> {
    if allowed.is_empty() || allowed.iter().any(|id| id == raw_id) {
        return Ok(());
    }
    let message = "the credential is not one of those in allowCredentials";
    Err(Refusal::new(ReasonClass::CredentialNotAllowed, "credential_not_allowed", message, ALLOWED))
}

fn verify_user(
    identified: Option<&[u8]>,
    record: &CredentialRecord,
    response: &AuthenticationResponse,
) -> Result<(), Refusal> {
    let refuse = |class, reason, message| Err(Refusal::new(class, reason, message, IDENTIFY));
    let unknown = "the account has no credential with this id";
    if record.id != response.raw_id {
        return refuse(ReasonClass::CredentialUnknown, "credential_unknown", unknown);
    }
    if identified.is_some_and(|user| user != record.user_handle) {
        return refuse(ReasonClass::CredentialUnknown, "credential_of_another_user", unknown);
    }
    match &response.user_handle {
        Some(handle) if *handle != record.user_handle => {
            let message = "the user handle is not that of the account that holds the credential";
            refuse(ReasonClass::UserHandle, "user_handle_mismatch", message)
        }
        None if identified.is_none() => {
            let message = "nobody was identified before, and the response has no user handle";
            refuse(ReasonClass::UserHandle, "user_handle_missing", message)
        }
        _ => Ok(()),
    }
}

/// What the credential is scoped to: the AppID where the options asked for `appid` and the client says that it was used,
/// and then no longer the RP ID (WebAuthn L3 §10.1.1).
fn scope<'e>(expected: &'e AuthenticationExpectation, results: &Map<String, Value>) -> &'e str {
    match &expected.app_id {
        Some(app_id) if results.get("appid") == Some(&Value::Bool(true)) => app_id,
        _ => &expected.rp_id,
    }
}

/// The parts of authenticator data. In an assertion the AT bit "MUST NOT be set" (WebAuthn L3 §6.1).
fn parse_auth_data(bytes: &[u8]) -> Result<AuthData, Refusal> {
    let auth_data = auth_data::parse(bytes, PARTS)?;
    if auth_data.attested.is_none() {
        return Ok(auth_data);
    }
    let message = "the authenticator data of an assertion has attested credential data";
    Err(Refusal::new(ReasonClass::Malformed, "attested_credential_in_assertion", message, PARTS))
}

fn verify_backup_eligibility(is_policy: bool, record: &CredentialRecord, flags: Flags) -> Result<(), Refusal> {
    let eligible = flags.contains(Flags::BE);
    if !is_policy || eligible == record.backup_eligible {
        return Ok(());
    }
    let word = |eligible| if eligible { "eligible" } else { "not eligible" };
    let message =
        format!("the credential was {} for backup and is now {}", word(record.backup_eligible), word(eligible));
    let (class, reason) = (ReasonClass::BackupEligibilityChanged, "backup_eligibility_changed");
    Err(Refusal::new(class, reason, message, BACKUP_ELIGIBILITY))
}

fn verify_signature(
    record: &CredentialRecord,
    auth_data: &[u8],
    client_data_hash: &[u8],
    signature: &[u8],
) -> Result<(), Refusal> {
    let refuse = |reason, message: String| Err(Refusal::new(ReasonClass::Signature, reason, message, SIGNATURE));
    let Some((numbers, algorithm)) = record.public_key.public_key().ok().zip(record.public_key.algorithm()) else {
        return refuse("record_key_unreadable", "the public key in the record cannot be read".to_owned());
    };
    match VerifyingKey::new(&numbers, algorithm) {
        Ok(key) if key.verifies(&[auth_data, client_data_hash].concat(), signature) => Ok(()),
        Ok(_) => refuse("signature_invalid", "the assertion signature does not verify".to_owned()),
        Err(problem) => refuse("record_key_unfit", problem.message),
    }
}

/// Whether the counter failed to grow though one of the two is not zero.
fn verify_sign_count(policy: SignCountPolicy, recorded: u32, current: u32) -> Result<bool, Refusal> {
    let did_not_grow = (recorded != 0 || current != 0) && current <= recorded;
    match policy {
        SignCountPolicy::Ignore => Ok(false),
        SignCountPolicy::Refuse if did_not_grow => {
            let message = format!("the signature counter is {current} and was {recorded}");
            Err(Refusal::new(ReasonClass::SignCount, "sign_count_did_not_grow", message, SIGN_COUNT))
        }
        SignCountPolicy::Refuse | SignCountPolicy::Record => Ok(did_not_grow),
    }
}
