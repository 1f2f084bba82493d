//! Every profile, taken into use, registers and signs in; the verifier is AWS-LC.

mod platform;

use std::time::Duration;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};
use keyrig_ctap::auth_data::{AuthData, Flags};
use keyrig_ctap::cbor::{Fields, Kind, Node, Tree, Writer, expect_array, expect_bytes};
use keyrig_ctap::cose::{Algorithm, PublicKey};
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::{get_assertion, make_credential};
use keyrig_ctap::profile::{AttestationFormat, Profile, SignCount};
use keyrig_ctap::seal::{CannotVouch, Draft, Seal, Sealed, Voucher};
use keyrig_ctap::u2f::{Apdu, Control, Instruction, StatusWord};
use keyrig_ctap::{Command, Status};
use keyrig_device::in_process::{Deed, InProcess, Move, Script};
use keyrig_device::profiles;
use platform::{HASH, Platform};
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

fn profile(id: &str) -> &'static Profile {
    profiles::find(id).expect("the profile is embedded")
}

fn slow(id: &str) -> Platform {
    Platform::new(InProcess::plug(profile(id), [7; 32], |honest| honest))
}

fn fast(id: &str) -> Platform {
    Platform::new(InProcess::plug_fast(profile(id), |honest| honest))
}

fn verifies(data: &AuthData, response: &get_assertion::Response) -> bool {
    let key = data.attested.as_ref().expect("registration has the key").public_key.public_key().expect("a known key");
    let message = [response.auth_data.as_slice(), &HASH].concat();
    match key {
        PublicKey::Ec2 { x, y, .. } => {
            let point = [&[4], x.as_slice(), &y].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(&message, &response.signature).is_ok()
        }
        PublicKey::Okp { x, .. } => UnparsedPublicKey::new(&ED25519, x).verify(&message, &response.signature).is_ok(),
        PublicKey::Rsa { n, e } => {
            RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, &message, &response.signature).is_ok()
        }
        PublicKey::Akp { .. } => panic!("no profile prefers such a key"),
    }
}

#[test]
fn every_profile_registers_and_signs_in_with_the_user_verified() {
    for profile in profiles::all().iter().filter(|profile| profile.get_info.speaks_ctap2()) {
        let id = &profile.id;
        let mut platform = fast(id);
        assert_eq!(platform.info.aaguid, profile.aaguid, "{id}");
        let algorithm = profile.algorithms[0];
        for discoverable in [false, true] {
            let (registered, data) = platform.register(algorithm, discoverable);
            let attested = data.attested.as_ref().expect("registration has a credential");
            assert_eq!(attested.aaguid, profile.aaguid, "{id}");
            assert_eq!(attested.public_key.algorithm(), Some(algorithm), "{id}");
            let lengths = profile.credential_id;
            let length = if discoverable { lengths.discoverable } else { lengths.server_side };
            assert_eq!(attested.credential_id.len(), usize::from(length), "{id}");
            assert!(data.flags.contains(Flags::UP | Flags::UV | Flags::AT), "{id}: {}", data.flags);
            assert_eq!(data.flags.contains(Flags::BE), profile.backup.eligible, "{id}");
            assert_eq!(data.flags.contains(Flags::BS), profile.backup.state, "{id}");
            assert_eq!(registered.format, profile.attestation.format.id(), "{id}");

            let (response, told) = platform.authenticate((!discoverable).then_some(&attested.credential_id));
            assert!(verifies(&data, &response), "{id}");
            assert!(told.flags.contains(Flags::UP | Flags::UV), "{id}: {}", told.flags);
            assert_eq!(told.sign_count == 0, profile.sign_count == SignCount::Zero, "{id}");
            let mut forged = response;
            forged.auth_data[32] ^= Flags::BE.0;
            assert!(!verifies(&data, &forged), "{id}");
        }
    }
}

/// Extensions at registration that make the answer longer: a protection level, a blob, secrets, a key, a PIN length.
fn extensions() -> Vec<u8> {
    let mut out = Writer::new();
    out.map(5).text("credBlob").bytes(&[7; 64]).text("credProtect").int(3).text("hmac-secret").bool(true);
    out.text("largeBlobKey").bool(true).text("minPinLength").bool(true);
    out.into_bytes()
}

#[test]
fn no_algorithm_makes_an_answer_longer_than_get_info_allows() {
    /// Two encrypted secrets and their name: `hmac-secret-mc`, the one extension that is not asked for here.
    const SECRETS: u64 = 100;
    let product = profile("ctap-2.3-everything");
    let mut own = product.clone();
    own.attestation.format = AttestationFormat::PackedSelf;
    for profile in [product, &own] {
        let mut platform = Platform::new(InProcess::plug_fast(profile, |honest| honest));
        let longest = platform.info.max_message_size();
        assert_eq!(platform.info.algorithms, profile.algorithms);
        for &algorithm in &profile.algorithms {
            let mut request = platform.registration(algorithm, true);
            request.extensions = Some(extensions());
            let registered = platform.ok(Command::MAKE_CREDENTIAL, &request.encode());
            let request = platform.authentication(None).encode();
            let signed_in = platform.ok(Command::GET_ASSERTION, &request);
            for answer in [registered, signed_in] {
                assert!(1 + answer.len() as u64 + SECRETS <= longest, "{algorithm}: {}", answer.len());
            }
        }
    }
}

#[test]
fn a_pin_is_needed_where_the_profile_verifies_by_one() {
    for profile in profiles::all().iter().filter(|p| p.user_verification.has_client_pin()) {
        let mut device = InProcess::plug_fast(profile, |honest| honest);
        let info = device.transact(&[Command::GET_INFO.0]);
        let before = keyrig_ctap::message::get_info::Info::decode(&info[1..]).expect("getInfo is readable");
        assert_eq!(before.option("clientPin"), Some(false), "{}", profile.id);
        assert_eq!(Platform::new(device).info.option("clientPin"), Some(true), "{}", profile.id);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let session = |seed: u8| {
        let device = InProcess::plug(profile("yubikey-5-nfc-5.7"), [seed; 32], |honest| honest);
        let mut platform = Platform::new(device);
        let (registered, _) = platform.register(Algorithm::ES256, true);
        let (signed_in, _) = platform.authenticate(None);
        (registered.encode(), signed_in.encode())
    };
    assert_eq!(session(1), session(1));
    assert_ne!(session(1), session(2));
}

#[test]
fn a_copy_on_another_device_signs_for_the_same_account() {
    let mut phone = slow("icloud-keychain");
    let (_, data) = phone.register(Algorithm::ES256, true);
    let mut tablet = slow("icloud-keychain");
    let request = tablet.authentication(None).encode();
    assert_eq!(tablet.send(Command::GET_ASSERTION, &request).0, Status::NO_CREDENTIALS);

    phone.device.credentials().into_iter().for_each(|source| tablet.device.import(source));
    let (response, told) = tablet.authenticate(None);
    assert!(verifies(&data, &response));
    assert!(told.flags.contains(Flags::BE | Flags::BS));
}

#[test]
fn a_copy_moves_between_providers() {
    let mut here = slow("1password");
    let (_, data) = here.register(Algorithm::ES256, true);
    let mut there = fast("1password");
    here.device.credentials().into_iter().for_each(|source| there.device.import(source));
    assert!(verifies(&data, &there.authenticate(None).0));
}

#[test]
fn backup_flags_change_for_old_and_new_credentials() {
    let mut platform = fast("bare");
    let (_, data) = platform.register(Algorithm::ES256, true);
    assert!(!data.flags.contains(Flags::BE));
    platform.device.set_backup(true, true);
    assert!(platform.authenticate(None).1.flags.contains(Flags::BE | Flags::BS));
    assert!(platform.register(Algorithm::ES256, true).1.flags.contains(Flags::BE | Flags::BS));
    platform.device.set_backup(true, false);
    assert_eq!(platform.authenticate(None).1.flags & (Flags::BE | Flags::BS), Flags::BE);
}

fn status_under(platform: &mut Platform, gestures: Script) -> Status {
    let mut request = platform.registration(Algorithm::ES256, false);
    if let Some(token) = platform.token(Permissions::MC) {
        request.pin_uv_auth_param = Some(token.param());
        request.pin_uv_auth_protocol = Some(token.protocol());
    }
    platform.device.set_gestures(gestures);
    let status = platform.send(Command::MAKE_CREDENTIAL, &request.encode()).0;
    platform.device.set_gestures(Script::default());
    status
}

#[test]
fn the_status_says_what_the_human_did() {
    let mut platform = fast("yubikey-5-nfc-5.7");
    let after = |seconds, deed| Script::always(Move { after: Duration::from_secs(seconds), deed });
    assert_eq!(status_under(&mut platform, Script::default()), Status::OK);
    assert_eq!(status_under(&mut platform, Script::always(Deed::Decline)), Status::OPERATION_DENIED);
    assert_eq!(status_under(&mut platform, Script::always(Deed::Nothing)), Status::USER_ACTION_TIMEOUT);
    assert_eq!(status_under(&mut platform, Script::always(Deed::Cancel)), Status::KEEPALIVE_CANCEL);
    assert_eq!(status_under(&mut platform, after(20, Deed::Consent)), Status::OK);
    assert_eq!(status_under(&mut platform, after(31, Deed::Consent)), Status::USER_ACTION_TIMEOUT);
    let once = Script::first([Deed::Decline.into()]);
    assert_eq!(status_under(&mut platform, once), Status::OPERATION_DENIED);
    assert_eq!(status_under(&mut platform, Script::default()), Status::OK);
}

#[test]
fn a_script_is_played_prompt_by_prompt() {
    let mut platform = fast("yubikey-5-nfc-5.7");
    let mut script = |text: &str| status_under(&mut platform, text.parse().unwrap());
    assert_eq!(script("wait 2s, touch"), Status::OK);
    assert_eq!(script("wait 31s, touch"), Status::USER_ACTION_TIMEOUT);
    assert_eq!(script("decline, touch"), Status::OPERATION_DENIED);
    assert_eq!(script("wait, touch"), Status::USER_ACTION_TIMEOUT);
    assert_eq!(script("double-touch"), Status::OK);
}

#[test]
fn fingers_are_right_or_wrong_one_after_the_other() {
    let mut platform = fast("icloud-keychain");
    let mut request = platform.registration(Algorithm::ES256, false);
    request.options.uv = Some(true);
    platform.device.set_gestures("wrong-finger x2, good-finger, touch".parse().unwrap());
    let statuses = [(); 4].map(|()| platform.send(Command::MAKE_CREDENTIAL, &request.encode()).0);
    let denied = Status::OPERATION_DENIED;
    assert_eq!(statuses, [denied, denied, Status::OK, denied], "a touch alone is no right finger");
}

#[test]
fn the_platform_gives_up_when_its_patience_ends() {
    let mut platform = fast("yubikey-5-nfc-5.7");
    platform.device.set_patience(Duration::from_secs(5));
    assert_eq!(status_under(&mut platform, "wait 4s, touch".parse().unwrap()), Status::OK);
    assert_eq!(status_under(&mut platform, "wait 6s, touch".parse().unwrap()), Status::KEEPALIVE_CANCEL);
    assert_eq!(status_under(&mut platform, "nothing".parse().unwrap()), Status::KEEPALIVE_CANCEL);
}

#[test]
fn an_authenticator_that_is_put_back_or_loses_its_power_goes_on_with_the_next_request() {
    let mut platform = fast("yubikey-5-nfc-5.7");
    let message = [Command::SELECTION.0];
    for script in ["remove, insert after 1s, touch", "power-cycle, touch"] {
        platform.device.set_gestures(script.parse().unwrap());
        assert!(platform.device.transact(&message).is_empty(), "{script}: the request that was under way is lost");
        assert!(platform.device.is_plugged_in());
        assert_eq!(platform.device.transact(&message).first(), Some(&Status::OK.0), "{script}");
    }
    platform.device.set_gestures("remove, touch".parse().unwrap());
    assert!(platform.device.transact(&message).is_empty());
    assert!(!platform.device.is_plugged_in(), "nobody puts it back");
}

#[test]
fn the_second_touch_of_two_answers_what_is_asked_next() {
    let mut platform = fast("yubikey-5-nfc-5.7");
    let statuses = |platform: &mut Platform, script: &str| {
        platform.device.set_gestures(script.parse().unwrap());
        [(); 2].map(|()| Status(platform.device.transact(&[Command::SELECTION.0])[0]))
    };
    assert_eq!(statuses(&mut platform, "touch, decline"), [Status::OK, Status::OPERATION_DENIED]);
    assert_eq!(statuses(&mut platform, "double-touch, decline"), [Status::OK, Status::OK], "consent by accident");
    platform.device.advance(Duration::from_secs(1));
    assert_eq!(statuses(&mut platform, "decline, decline"), [Status::OPERATION_DENIED; 2], "it is over a second later");
}

#[test]
fn an_authenticator_that_is_pulled_out_answers_nothing_until_it_has_power_again() {
    let mut platform = fast("bare");
    let request = platform.registration(Algorithm::ES256, false).encode();
    let message = [&[Command::MAKE_CREDENTIAL.0], request.as_slice()].concat();
    platform.device.set_gestures(Script::always(Deed::Remove));
    assert!(platform.device.transact(&message).is_empty());
    assert!(!platform.device.is_plugged_in());
    assert!(platform.device.transact(&[Command::GET_INFO.0]).is_empty());

    platform.device.set_gestures(Script::default());
    platform.device.power_cycle();
    assert_eq!(platform.device.transact(&message).first(), Some(&Status::OK.0));
}

#[test]
fn reset_is_allowed_while_the_power_is_fresh() {
    let mut platform = fast("yubikey-5-nfc-5.7");
    platform.register(Algorithm::ES256, true);
    platform.device.advance(Duration::from_secs(11));
    assert_eq!(platform.send(Command::RESET, &[]).0, Status::NOT_ALLOWED);
    assert_eq!(platform.device.credentials().len(), 1);
    platform.device.power_cycle();
    assert_eq!(platform.send(Command::RESET, &[]).0, Status::OK);
    assert!(platform.device.credentials().is_empty());
}

/// Tells every draft that the user was not there.
struct Absent(Box<dyn Seal>);

impl Seal for Absent {
    fn seal(&mut self, mut draft: Draft, voucher: &mut dyn Voucher) -> Result<Sealed, CannotVouch> {
        draft.auth_data.flags = draft.auth_data.flags.without(Flags::UP);
        self.0.seal(draft, voucher)
    }
}

#[test]
fn a_lie_before_the_seal_is_signed() {
    let lying = |honest| -> Box<dyn Seal> { Box::new(Absent(honest)) };
    let mut platform = Platform::new(InProcess::plug(profile("bare"), [1; 32], lying));
    let (_, data) = platform.register(Algorithm::ES256, true);
    let (response, told) = platform.authenticate(None);
    assert!(!told.flags.contains(Flags::UP));
    assert!(verifies(&data, &response));
}

/// The certificates of a statement; of a compound one, of its first member.
fn x5c(response: &make_credential::Response) -> Vec<Vec<u8>> {
    let tree = Tree::parse(&response.statement).expect("the statement is CBOR");
    let chain = |node: &Node<'_>| -> Vec<Vec<u8>> {
        let fields = Fields::of(node, "attStmt").expect("a map");
        let certificates = expect_array(fields.text("x5c").expect("a chain"), "x5c").expect("an array");
        certificates.iter().map(|der| expect_bytes(der, "x5c").expect("bytes").to_vec()).collect()
    };
    match &tree.root.kind {
        Kind::Array(members) => {
            let member = Fields::of(&members[0], "member").expect("a map");
            chain(member.text("attStmt").expect("a statement"))
        }
        _ => chain(&tree.root),
    }
}

#[test]
fn each_certificate_is_signed_by_the_next_and_the_last_by_an_exported_anchor() {
    let has_chain = |profile: &&Profile| profile.attestation.chain.is_some() && profile.get_info.speaks_ctap2();
    for profile in profiles::all().iter().filter(has_chain) {
        let (response, _) = fast(&profile.id).register(profile.algorithms[0], false);
        let read = |der: &Vec<u8>| Certificate::from_der(der).expect("a certificate");
        let mut chain: Vec<Certificate> = x5c(&response).iter().map(read).collect();
        let anchors = Certificate::load_pem_chain(profiles::roots_pem([profile]).as_bytes()).expect("PEM");
        chain.push(anchors.last().expect("an anchor").clone());
        for pair in chain.windows(2) {
            let (below, above) = (pair[0].tbs_certificate(), pair[1].tbs_certificate());
            let key = above.subject_public_key_info().subject_public_key.raw_bytes();
            let signed = below.to_der().expect("encodes");
            let verification = UnparsedPublicKey::new(algorithm_of(&pair[0]), key);
            assert!(verification.verify(&signed, pair[0].signature().raw_bytes()).is_ok(), "{}", profile.id);
            assert!(verification.verify(&signed[1..], pair[0].signature().raw_bytes()).is_err(), "{}", profile.id);
            assert_eq!(below.issuer(), above.subject(), "{}", profile.id);
        }
    }
}

/// How a certificate says that it is signed.
fn algorithm_of(certificate: &Certificate) -> &'static dyn VerificationAlgorithm {
    match certificate.signature_algorithm().oid.to_string().as_str() {
        "1.2.840.10045.4.3.2" => &ECDSA_P256_SHA256_ASN1,
        "1.2.840.10045.4.3.3" => &ECDSA_P384_SHA384_ASN1,
        "1.2.840.113549.1.1.11" => &RSA_PKCS1_2048_8192_SHA256,
        other => panic!("signed with {other}"),
    }
}

/// An APDU in extended form.
fn apdu(instruction: Instruction, p1: u8, data: &[u8]) -> Vec<u8> {
    Apdu { class: 0, instruction, p1, p2: 0, data }.encode()
}

#[test]
fn every_profile_that_says_so_speaks_u2f() {
    let mut speak = 0;
    for profile in profiles::all() {
        let mut device = InProcess::plug_fast(profile, |honest| honest);
        let version = device.transact_u2f(&apdu(Instruction::VERSION, 0, &[]));
        if !profile.get_info.versions.iter().any(|version| version == "U2F_V2") {
            assert_eq!(version, StatusWord::INS_NOT_SUPPORTED.0.to_be_bytes(), "{}", profile.id);
            continue;
        }
        assert_eq!(version, [b"U2F_V2", &[0x90, 0][..]].concat(), "{}", profile.id);
        let parameters = [[0xc1; 32], [0xa2; 32]].concat();
        let made = device.transact_u2f(&apdu(Instruction::REGISTER, 0, &parameters));
        let (point, handle) = (&made[1..66], &made[67..67 + usize::from(made[66])]);
        let data = [&parameters[..], &made[66..67], handle].concat();
        let signed = device.transact_u2f(&apdu(Instruction::AUTHENTICATE, Control::ENFORCE.0, &data));
        let (seen, rest) = signed.split_at(5);
        let (signature, status) = rest.split_at(rest.len() - 2);
        assert_eq!((seen[0], status), (1, &[0x90, 0][..]), "{}", profile.id);
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
        let message = [&[0xa2; 32][..], seen, &[0xc1; 32]].concat();
        assert!(key.verify(&message, signature).is_ok(), "{}", profile.id);
        assert!(key.verify(&message[1..], signature).is_err(), "{}", profile.id);
        speak += 1;
    }
    assert!(speak > 50, "{speak}");
}
