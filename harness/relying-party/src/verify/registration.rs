//! Registering a new credential (WebAuthn L3 §7.1, CR 2026-05-26).

use aws_lc_rs::digest::{SHA256, digest};
use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::auth_data::{AttestedCredential, AuthData, Flags};
use keyrig_ctap::cbor::{Fields, Flaw, FlawKind, Tree};
use keyrig_ctap::cose::{Algorithm, CoseKey, PublicKey};
use keyrig_ctap::{Aaguid, ReasonClass};

use super::client_data::ClientData;
use super::public_key::VerifyingKey;
use super::{
    Attestation, AttestationKind, Observation, RegistrationExpectation, RegistrationResponse, Step, TrustAnchor,
    VerifiedRegistration, auth_data, extensions,
};
use crate::attestation::{self, Claim, Voucher};
use crate::{Refusal, certificate};

/// The longest credential id, in bytes.
const LONGEST_CREDENTIAL_ID: usize = 1023;

/// Verifies a registration: steps 3 to 28 of WebAuthn L3 §7.1, in order.
///
/// Left to the caller are steps 1 and 2 (the options), 26 ([`credential_exists`]), 27
/// ([`VerifiedRegistration::record`]) and 29 (the store); and, in step with 18 and 19, what its policy makes of backup
/// eligibility and backup state.
///
/// # Errors
///
/// The first [`Refusal`].
pub fn registration(
    expected: &RegistrationExpectation,
    response: &RegistrationResponse,
) -> Result<VerifiedRegistration, Refusal> {
    let client_data = ClientData::parse(&response.client_data_json, CLIENT_DATA)?;
    client_data.verify_type("webauthn.create", TYPE)?;
    client_data.verify_challenge(&expected.challenge, CHALLENGE)?;
    client_data.verify_origin(&expected.origins, ORIGIN)?;
    client_data.verify_cross_origin(&expected.framing, CROSS_ORIGIN)?;
    client_data.verify_top_origin(&expected.framing, TOP_ORIGIN)?;
    let hash = digest(&SHA256, &response.client_data_json);
    let object = decode_attestation_object(&response.attestation_object, expected.any_member_order)?;
    let auth_data = auth_data::parse(&object.auth_data, DECODE)?;
    let credential = attested_credential(&auth_data, &response.raw_id)?;
    auth_data::verify_rp_id_hash(&auth_data, &expected.rp_id, RP_ID_HASH)?;
    verify_user_present(auth_data.flags, expected.conditional_create)?;
    auth_data::verify_user_verified(auth_data.flags, expected.user_verification_required, USER_VERIFIED)?;
    auth_data::verify_backup_state_possible(auth_data.flags, BACKUP_STATE)?;
    let algorithm = verify_algorithm(credential, &expected.algorithms)?;
    let key = verify_key(credential, algorithm)?;
    let format = determine_format(&object.format)?;
    let claim = Claim {
        statement: &object.statement,
        auth_data_bytes: &object.auth_data,
        auth_data: &auth_data,
        credential,
        algorithm,
        key: &key,
        client_data_hash: hash.as_ref(),
    };
    let voucher = format.verify(&claim)?;
    let anchors = trust_anchors(&expected.trust_anchors, credential.aaguid);
    let attestation = assess_trust(expected, &object.format, voucher, &anchors)?;
    verify_credential_id_length(credential)?;
    let mut observations = extensions::verify(
        &expected.extensions,
        &response.client_extension_results,
        auth_data.extensions.as_deref(),
        EXTENSIONS,
    )?;
    observations.extend(auth_data::observe_reserved_bits(auth_data.flags));
    observations.extend(observe_unsigned_aaguid(&attestation, credential.aaguid));
    observations.extend(observe_root_included(&attestation, &anchors));
    Ok(verified(response, &auth_data, credential, algorithm, attestation, observations))
}

/// The refusal of step 26, for the caller who keeps the records.
pub fn credential_exists() -> Refusal {
    let message = "the credential id is registered already";
    Refusal::new(ReasonClass::CredentialExists, "credential_exists", message, NOT_YET_REGISTERED)
}

/// Step 6, after the UTF-8 decoding of step 5.
const CLIENT_DATA: Step = step("Let C, the client data claimed as collected during the credential creation");
/// Step 7.
const TYPE: Step = step("Verify that the value of C.type is webauthn.create");
/// Step 8.
const CHALLENGE: Step = step("Verify that the value of C.challenge equals");
/// Step 9.
const ORIGIN: Step = step("Verify that the value of C.origin is an origin expected");
/// Step 10.
const CROSS_ORIGIN: Step = step("If C.crossOrigin is present and set to true");
/// Step 11.
const TOP_ORIGIN: Step = step("If C.topOrigin is present");
/// Step 13.
const DECODE: Step = step("Perform CBOR decoding on the attestationObject field");
/// Step 14.
const RP_ID_HASH: Step = step("Verify that the rpIdHash in authData");
/// Step 15.
const USER_PRESENT: Step = step("If options.mediation is not set to conditional, verify that the UP bit");
/// Step 16.
const USER_VERIFIED: Step = step("If the Relying Party requires user verification for this registration");
/// Step 17.
const BACKUP_STATE: Step = step("If the BE bit of the flags in authData is not set, verify that the BS bit");
/// Step 20.
const ALGORITHM: Step = step("Verify that the \"alg\" parameter in the credential public key");
/// Step 21.
const FORMAT: Step = step("Determine the attestation statement format");
/// Step 24.
const TRUST: Step = step("Assess the attestation trustworthiness");
/// Step 25.
const CREDENTIAL_ID_LENGTH: Step = step("Verify that the credentialId is ≤ 1023 bytes");
/// Step 26.
const NOT_YET_REGISTERED: Step = step("Verify that the credentialId is not yet registered for any user");
/// Step 28.
const EXTENSIONS: Step = step("Process the client extension outputs");

/// Where the text says which keys an algorithm may have.
const KEY: Step = Step { section: "5.8.5", words: "additional guarantees of credential public keys" };
/// Where the text says which parameters a credential public key may have.
const KEY_PARAMETERS: Step = Step { section: "6.5.1", words: "MUST NOT contain any other OPTIONAL parameters" };

const fn step(words: &'static str) -> Step {
    Step { section: "7.1", words }
}

fn decode_attestation_object(bytes: &[u8], any_member_order: bool) -> Result<AttestationObject, Refusal> {
    let refuse =
        |message: String| Refusal::new(ReasonClass::Malformed, "attestation_object_unreadable", message, DECODE);
    let object = AttestationObject::parse(bytes).map_err(|e| refuse(e.to_string()))?;
    let tolerated = |flaw: &Flaw| any_member_order && flaw.kind == FlawKind::KeyOrder;
    if let Some(flaw) = forbidden(&object.flaws).find(|flaw| !tolerated(flaw)) {
        return Err(refuse(format!("the attestation object is not canonical at byte {}: {}", flaw.at, flaw.kind)));
    }
    Ok(object)
}

/// The broken rules that decoders should reject (WebAuthn L3 §2.4). Depth is let pass: a compound statement, legal
/// itself, needs five levels.
fn forbidden(flaws: &[Flaw]) -> impl Iterator<Item = &Flaw> {
    flaws.iter().filter(|flaw| flaw.kind != FlawKind::TooDeep)
}

fn attested_credential<'a>(auth_data: &'a AuthData, raw_id: &[u8]) -> Result<&'a AttestedCredential, Refusal> {
    let refuse = |reason, message: String| Err(Refusal::new(ReasonClass::Malformed, reason, message, DECODE));
    let Some(credential) = &auth_data.attested else {
        return refuse("attested_credential_missing", "the authenticator data has no attested credential data".into());
    };
    if credential.credential_id != raw_id {
        return refuse("credential_id_differs", "the authenticator data has another credential id".into());
    }
    let flaws = Tree::parse(credential.public_key.bytes()).map(|tree| tree.flaws).unwrap_or_default();
    match forbidden(&flaws).next() {
        None => Ok(credential),
        Some(flaw) => refuse("key_not_canonical", format!("the credential public key is not canonical: {}", flaw.kind)),
    }
}

fn verify_user_present(flags: Flags, conditional_create: bool) -> Result<(), Refusal> {
    if conditional_create { Ok(()) } else { auth_data::verify_user_present(flags, USER_PRESENT) }
}

fn verify_algorithm(credential: &AttestedCredential, offered: &[Algorithm]) -> Result<Algorithm, Refusal> {
    let refuse = |class, reason, message: String| Err(Refusal::new(class, reason, message, ALGORITHM));
    match credential.public_key.algorithm() {
        Some(algorithm) if offered.contains(&algorithm) => Ok(algorithm),
        Some(algorithm) => {
            let message = format!("the credential's algorithm {algorithm} was not offered");
            refuse(ReasonClass::AlgorithmNotOffered, "algorithm_not_offered", message)
        }
        None => refuse(ReasonClass::Key, "key_without_algorithm", "the credential public key has no alg".into()),
    }
}

fn verify_key(credential: &AttestedCredential, algorithm: Algorithm) -> Result<VerifyingKey, Refusal> {
    let refuse = |reason, message, step| Refusal::new(ReasonClass::Key, reason, message, step);
    let numbers = credential
        .public_key
        .public_key()
        .map_err(|flaw| refuse("key_unreadable", format!("the credential public key is {flaw}"), KEY))?;
    if parameters(&credential.public_key) != Some(required_parameters(&numbers)) {
        let message = "the credential public key has optional parameters".to_owned();
        return Err(refuse("key_with_optional_parameters", message, KEY_PARAMETERS));
    }
    VerifyingKey::new(&numbers, algorithm).map_err(|problem| refuse(problem.reason, problem.message, KEY))
}

/// How many parameters a key has.
fn parameters(key: &CoseKey) -> Option<usize> {
    let tree = Tree::parse(key.bytes()).ok()?;
    Fields::of(&tree.root, "COSE_Key").ok().map(|fields| fields.entries().len())
}

/// How many parameters a key has to have: kty, alg and those of its type.
fn required_parameters(numbers: &PublicKey) -> usize {
    match numbers {
        PublicKey::Ec2 { .. } => 5,
        PublicKey::Okp { .. } | PublicKey::Rsa { .. } => 4,
        PublicKey::Akp { .. } => 3,
    }
}

fn determine_format(id: &str) -> Result<&'static attestation::Format, Refusal> {
    attestation::find(id).ok_or_else(|| {
        let message = format!("the attestation format \"{id}\" is not supported");
        Refusal::new(ReasonClass::AttestationFormat, "attestation_format_not_supported", message, FORMAT)
    })
}

/// Step 23, "obtain a list of acceptable trust anchors": those of the expectation that may vouch for this AAGUID.
fn trust_anchors(all: &[TrustAnchor], aaguid: Aaguid) -> Vec<&[u8]> {
    all.iter().filter(|anchor| anchor.vouches_for(aaguid)).map(|anchor| &anchor.certificate[..]).collect()
}

fn assess_trust(
    expected: &RegistrationExpectation,
    format: &str,
    voucher: Voucher,
    anchors: &[&[u8]],
) -> Result<Attestation, Refusal> {
    let accept = expected.attestation;
    let refuse = |class, reason, message: &str| Err(Refusal::new(class, reason, message.to_owned(), TRUST));
    let attestation =
        |kind, chain, untrusted_because| Attestation { format: format.to_owned(), kind, chain, untrusted_because };
    match voucher {
        Voucher::Nobody if !accept.none => {
            refuse(ReasonClass::AttestationMissing, "attestation_none", "there is no attestation")
        }
        Voucher::Nobody => Ok(attestation(AttestationKind::None, Vec::new(), None)),
        Voucher::CredentialKey if !accept.self_attested => {
            refuse(ReasonClass::AttestationUntrusted, "attestation_self", "the credential key attests itself")
        }
        Voucher::CredentialKey => Ok(attestation(AttestationKind::SelfAttested, Vec::new(), None)),
        Voucher::Members(members) => {
            attestation::strongest(members.into_iter().map(|member| assess_trust(expected, format, member, anchors)))
        }
        Voucher::Certificate(chain) => match certificate::lead_to_anchor(&chain, anchors, expected.now) {
            Ok(()) => Ok(attestation(AttestationKind::Basic { trusted: true }, chain, None)),
            Err(why) if accept.untrusted => {
                Ok(attestation(AttestationKind::Basic { trusted: false }, chain, Some(why.message)))
            }
            Err(why) => refuse(ReasonClass::AttestationUntrusted, why.reason, &why.message),
        },
    }
}

fn verify_credential_id_length(credential: &AttestedCredential) -> Result<(), Refusal> {
    let length = credential.credential_id.len();
    if length <= LONGEST_CREDENTIAL_ID {
        return Ok(());
    }
    let message = format!("the credential id is {length} bytes long");
    Err(Refusal::new(ReasonClass::CredentialIdLength, "credential_id_too_long", message, CREDENTIAL_ID_LENGTH))
}

/// A FIDO U2F statement signs no AAGUID, and U2F knows none; the text does not make that a reason to refuse.
fn observe_unsigned_aaguid(attestation: &Attestation, aaguid: Aaguid) -> Option<Observation> {
    (attestation.format == "fido-u2f" && aaguid != Aaguid::ZERO).then(|| {
        Observation::new("u2f_with_aaguid", format!("a fido-u2f statement comes with AAGUID {aaguid}, unsigned"))
    })
}

/// A chain that brings its own root; the text neither asks for it nor forbids it.
fn observe_root_included(attestation: &Attestation, anchors: &[&[u8]]) -> Option<Observation> {
    let included = attestation.chain.len() > 1 && attestation.chain.iter().any(|link| anchors.contains(&&link[..]));
    included.then(|| Observation::new("root_included", "x5c includes the trust anchor itself"))
}

fn verified(
    response: &RegistrationResponse,
    auth_data: &AuthData,
    credential: &AttestedCredential,
    algorithm: Algorithm,
    attestation: Attestation,
    observations: Vec<Observation>,
) -> VerifiedRegistration {
    VerifiedRegistration {
        credential_id: credential.credential_id.clone(),
        public_key: credential.public_key.clone(),
        algorithm,
        aaguid: credential.aaguid,
        flags: auth_data.flags,
        sign_count: auth_data.sign_count,
        attestation,
        transports: response.transports.clone(),
        authenticator_attachment: response.authenticator_attachment.clone(),
        observations,
    }
}
