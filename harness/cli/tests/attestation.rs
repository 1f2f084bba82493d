//! Each profile's attestation at the built-in relying party, which knows the exported roots and nothing of the emulator;
//! and a defect in each format, refused for its own reason.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::profile::{AttestationFormat, Profile};
use keyrig_device::profiles;
use keyrig_relying_party::Refusal;
use keyrig_relying_party::verify::{
    self, AcceptableAttestation, AttestationKind, ExtensionExpectation, Framing, RegistrationExpectation,
    RegistrationResponse, TrustAnchor, VerifiedRegistration,
};
use keyrig_runner::client::{Client, ClientProfile, CreationOptions, Ignore, Link, Mediation, Page};
use keyrig_runner::device::{Device, InProcess};
use keyrig_runner::tamper::{DraftLie, Foil};
use serde_json::json;
use x509_cert::Certificate;
use x509_cert::der::Encode;

const ORIGIN: &str = "https://corp.example.com";
const CHALLENGE: [u8; 16] = [0x5a; 16];
/// 2026-11-22.
const NOW: u64 = 1_795_305_600;
/// Roots whose time is over: samples for previews.
const EXPIRED_ROOTS: [&str; 2] = ["keyrig Test Yubico FIDO Preview CA 2020", "keyrig Test Yubico FIDO Preview CA 2023"];

/// Registers with `profile`, whose authenticator tells `lies`.
fn register(profile: &Profile, lies: &[&str]) -> RegistrationResponse {
    let mut device = InProcess::plug_profile(profile, [7; 32]);
    let lie = |text: &&str| DraftLie::new(&text.parse().unwrap(), &Arc::new(Foil::default())).unwrap();
    device.lies().unwrap().arm(lies.iter().map(lie).collect());
    let algorithms: Vec<_> = profile.algorithms.iter().map(|alg| json!({"type": "public-key", "alg": alg.0})).collect();
    let options = CreationOptions::from_json(&json!({
        "rp": {"name": "Corp", "id": "corp.example.com"},
        "user": {"id": "AQID", "name": "alice", "displayName": "Alice"},
        "challenge": "WlpaWlpaWlpaWlpaWlpaWg",
        "pubKeyCredParams": algorithms,
        "authenticatorSelection": {"residentKey": "discouraged", "userVerification": "preferred"},
        "attestation": "direct",
    }))
    .unwrap();
    let client = Client {
        profile: ClientProfile::l3(),
        page: &Page::new(ORIGIN),
        pin: "73915824",
        ignore: Ignore::default(),
        transports: None,
        choose: None,
        mediation: Mediation::default(),
        withhold: Default::default(),
        seed: [3; 32],
    };
    let made = client.create(&options, &mut Link::new(&mut device), &mut |_| Ok(()));
    let made = made.unwrap_or_else(|stop| panic!("{}: {stop:?}", profile.id));
    assert_eq!(device.lies().unwrap().disarm().failure, None, "{}", profile.id);
    RegistrationResponse::from_json(&made.credential).unwrap()
}

fn anchors(profile: &Profile) -> Vec<TrustAnchor> {
    let pem = profiles::roots_pem([profile]);
    let certificates = Certificate::load_pem_chain(pem.as_bytes()).unwrap_or_default();
    certificates.iter().map(|certificate| TrustAnchor::for_all(certificate.to_der().unwrap())).collect()
}

/// What a relying party says that demands a trusted attestation, under the exported roots.
fn judged(
    profile: &Profile,
    response: &RegistrationResponse,
    attestation: AcceptableAttestation,
) -> Result<VerifiedRegistration, Refusal> {
    let expected = RegistrationExpectation {
        challenge: CHALLENGE.to_vec(),
        origins: vec![ORIGIN.to_owned()],
        rp_id: "corp.example.com".to_owned(),
        framing: Framing::SameOriginOnly,
        user_verification_required: false,
        algorithms: profile.algorithms.clone(),
        conditional_create: false,
        extensions: ExtensionExpectation::default(),
        any_member_order: false,
        attestation,
        trust_anchors: anchors(profile),
        now: NOW,
    };
    verify::registration(&expected, response)
}

fn embedded(id: &str) -> Profile {
    profiles::find(id).unwrap().clone()
}

/// A key whose own format is `fido-u2f`: no product among the profiles answers a CTAP2 registration with it.
fn u2f() -> Profile {
    let text = "extends: feitian-epass-fido2\naaguid: 00000000-0000-0000-0000-000000000000\nalgorithms: [ES256]\nget_info:\n  algorithms: [ES256]\nattestation:
  format: fido-u2f
  chain:
    root: keyrig Test U2F Root
    common_name: keyrig Test U2F Key
    organization: keyrig
    country: SE
    aaguid_extension: false
";
    profiles::parse("u2f.yaml", text).unwrap()
}

/// A TPM whose attestation identity key is on P-256.
fn tpm_es256() -> Profile {
    let mut profile = embedded("windows-hello-es256");
    profile.attestation.chain.as_mut().unwrap().algorithm = keyrig_ctap::profile::LeafAlgorithm::Es256;
    profile
}

#[test]
fn every_profile_is_what_its_file_says_to_a_relying_party_with_its_roots() {
    let mut trusted = std::collections::BTreeMap::<&str, usize>::new();
    for profile in profiles::all().iter().chain([&u2f(), &tpm_es256()]) {
        let id = &profile.id;
        let (response, format) = (register(profile, &[]), profile.attestation.format);
        let outcome = judged(profile, &response, AcceptableAttestation::TRUSTED);
        match (format, outcome) {
            (AttestationFormat::None | AttestationFormat::PackedSelf, Err(refusal)) => {
                let missing =
                    if format == AttestationFormat::None { "attestation-missing" } else { "attestation-untrusted" };
                assert_eq!(refusal.class.as_str(), missing, "{id}: {refusal}");
                let verified = judged(profile, &response, AcceptableAttestation::ANY).unwrap();
                assert_ne!(verified.attestation.kind, AttestationKind::Basic { trusted: true }, "{id}");
            }
            (_, Ok(verified)) => {
                assert_eq!(verified.attestation.format, format.id(), "{id}");
                assert_eq!(verified.attestation.kind, AttestationKind::Basic { trusted: true }, "{id}");
                *trusted.entry(format.id()).or_default() += 1;
            }
            (_, Err(refusal)) => {
                let root = profile.attestation.chain.as_ref().map(|chain| chain.root.as_str());
                assert!(root.is_some_and(|root| EXPIRED_ROOTS.contains(&root)), "{id}: {refusal}");
                assert_eq!(refusal.reason, "attestation_unknown_issuer", "{id}");
            }
        }
    }
    let formats: Vec<_> = trusted.keys().copied().collect();
    assert_eq!(formats, ["android-key", "apple", "compound", "fido-u2f", "packed", "tpm"], "{trusted:?}");
}

/// A registration in each format and with each kind of key, for verifiers that nobody here wrote: `cargo xtask test
/// --only attestation` has them written to the file that `KEYRIG_ATTESTATIONS` names.
#[test]
fn a_registration_in_each_format_for_outside_verifiers() {
    let products = [
        "android-authenticator",
        "apple-anonymous",
        "compound-key",
        "icloud-keychain",
        "icloud-keychain-managed",
        "windows-hello-es256",
        "windows-hello-hardware",
        "windows-hello-software",
        "yubikey-4",
        "yubikey-5-nfc-5.4",
        "yubikey-5-nfc-5.8",
    ];
    let mut tpm = tpm_es256();
    tpm.id = "windows-hello-es256 with an AIK on P-256".to_owned();
    let profiles: Vec<_> = products.into_iter().map(embedded).chain([tpm, u2f()]).collect();
    let registrations: Vec<_> = profiles.iter().map(registration).collect();
    let formats: std::collections::BTreeSet<_> =
        registrations.iter().map(|told| told["format"].as_str().unwrap()).collect();
    let all = ["android-key", "apple", "compound", "fido-u2f", "none", "packed", "tpm"];
    assert_eq!(formats.into_iter().collect::<Vec<_>>(), all);
    if let Some(path) = std::env::var_os("KEYRIG_ATTESTATIONS") {
        std::fs::write(path, serde_json::Value::from(registrations).to_string()).unwrap();
    }
}

#[test]
fn the_certificates_of_each_profile_for_outside_verifiers() {
    let chain = |profile: &'static Profile| Some((profile, profile.attestation.chain.as_ref()?));
    let told: Vec<_> = profiles::all()
        .iter()
        .filter_map(chain)
        .map(|(profile, chain)| {
            let response = register(profile, &[]);
            let mut told = outline(profile, &response);
            told["rootKey"] = chain.root_key.id().into();
            told["expired"] = EXPIRED_ROOTS.contains(&chain.root.as_str()).into();
            told
        })
        .collect();
    assert!(told.len() > 80, "{}", told.len());
    if let Some(path) = std::env::var_os("KEYRIG_CHAINS") {
        std::fs::write(path, serde_json::Value::from(told).to_string()).unwrap();
    }
}

fn registration(profile: &Profile) -> serde_json::Value {
    let response = register(profile, &[]);
    let mut told = outline(profile, &response);
    told["format"] = judged(profile, &response, AcceptableAttestation::ANY).unwrap().attestation.format.into();
    told
}

/// What a verifier needs.
fn outline(profile: &Profile, response: &RegistrationResponse) -> serde_json::Value {
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let pem = profiles::roots_pem([profile]);
    let anchors = pem.split_inclusive("-----END CERTIFICATE-----\n");
    json!({
        "name": profile.id,
        "id": encode(&response.raw_id),
        "clientDataJSON": encode(&response.client_data_json),
        "attestationObject": encode(&response.attestation_object),
        "challenge": encode(&CHALLENGE),
        "origin": ORIGIN,
        "rpId": "corp.example.com",
        "algorithms": profile.algorithms.iter().map(|algorithm| algorithm.0).collect::<Vec<_>>(),
        "anchors": anchors.collect::<Vec<_>>(),
    })
}

#[test]
fn without_its_roots_no_certificate_is_trusted() {
    for profile in [embedded("yubikey-5-nfc-5.8"), embedded("windows-hello-es256"), embedded("android-authenticator")] {
        let bare = Profile {
            attestation: keyrig_ctap::profile::Attestation::new(AttestationFormat::None, None),
            ..profile.clone()
        };
        let refusal = judged(&bare, &register(&profile, &[]), AcceptableAttestation::TRUSTED).unwrap_err();
        assert_eq!(refusal.reason, "attestation_unknown_issuer", "{}", profile.id);
    }
}

#[test]
fn a_defect_in_each_format_is_refused_for_its_own_reason() {
    const BINDING: &str = "authenticator/foreign-binding";
    const KEY: &str = "authenticator/leaf-key";
    for (profile, lie, reason) in [
        (embedded("windows-hello-hardware"), "authenticator/tpm-magic", "tpm_magic"),
        (embedded("windows-hello-es256"), "authenticator/tpm-magic", "tpm_magic"),
        (embedded("windows-hello-hardware"), BINDING, "tpm_extra_data"),
        (tpm_es256(), BINDING, "tpm_extra_data"),
        (embedded("windows-hello-es256"), KEY, "attestation_signature_invalid"),
        (embedded("android-authenticator"), BINDING, "certificate_challenge_differs"),
        (embedded("android-authenticator"), KEY, "attestation_signature_invalid"),
        (embedded("apple-anonymous"), BINDING, "certificate_nonce_differs"),
        (embedded("apple-anonymous"), KEY, "certificate_key_differs"),
        (embedded("compound-key"), BINDING, "tpm_extra_data"),
        (embedded("compound-key"), "authenticator/tpm-magic", "tpm_magic"),
        (embedded("compound-key"), KEY, "attestation_signature_invalid"),
        (embedded("yubikey-5-nfc-5.8"), KEY, "attestation_signature_invalid"),
        (embedded("yubikey-5-nfc-5.8"), "authenticator/leaf-aaguid", "attestation_aaguid_mismatch"),
        (u2f(), KEY, "attestation_signature_invalid"),
        (embedded("windows-hello-es256"), "authenticator/impostor-root", "attestation_issuer_signature"),
        (embedded("android-authenticator"), "authenticator/impostor-root", "attestation_issuer_signature"),
        (embedded("apple-anonymous"), "authenticator/expired-leaf", "attestation_certificate_expired"),
    ] {
        let refusal = judged(&profile, &register(&profile, &[lie]), AcceptableAttestation::TRUSTED);
        let refusal = refusal.expect_err("a lie was believed");
        assert_eq!(refusal.reason, reason, "{} with {lie}: {refusal}", profile.id);
        let honest = judged(&profile, &register(&profile, &[]), AcceptableAttestation::TRUSTED);
        assert!(honest.is_ok(), "{}: {:?}", profile.id, honest.err());
    }
}

#[test]
fn an_apple_leaf_is_issued_anew_for_each_registration() {
    let profile = embedded("apple-anonymous");
    let (one, other) = (register(&profile, &[]), register(&profile, &["authenticator/flip-be"]));
    assert_ne!(one.attestation_object, other.attestation_object);
    assert!(judged(&profile, &other, AcceptableAttestation::TRUSTED).is_ok(), "the nonce follows the lie");
}

#[test]
fn a_tpm_attests_keys_of_either_type() {
    for (algorithm, id) in [(Algorithm::RS256, "windows-hello-hardware"), (Algorithm::ES256, "windows-hello-es256")] {
        let profile = embedded(id);
        let verified = judged(&profile, &register(&profile, &[]), AcceptableAttestation::TRUSTED).unwrap();
        assert_eq!(verified.public_key.algorithm(), Some(algorithm), "{id}");
        assert!(verified.aaguid_is_attested(), "{id}");
    }
}
