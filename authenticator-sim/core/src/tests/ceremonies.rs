use std::time::Duration;
use std::vec::Vec;

use keyrig_ctap::Status;
use keyrig_ctap::auth_data::{AuthData, Flags};
use keyrig_ctap::cbor::{Fields, Tree, Value, Writer, expect_bytes};
use keyrig_ctap::cose::{Algorithm, PublicKey};
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::make_credential::Parameter;
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY};
use keyrig_ctap::pin_uv_auth::{Protocol, hmac_sha256};
use keyrig_ctap::profile::Profile;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{DerSignature, VerifyingKey};

use super::platform::{
    Key, PIN, discoverable_request, extension, finger_key, get_request, hmac_secret_input, make_request,
    passkey_provider, security_key,
};

fn verifies(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let PublicKey::Ec2 { x, y, .. } = key else { panic!("an EC2 key") };
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).unwrap();
    key.verify(message, &DerSignature::from_bytes(signature).unwrap()).is_ok()
}

#[test]
fn a_server_side_credential_signs_in_without_telling_its_user() {
    let mut key = Key::new(&security_key());
    let made = key.make(&make_request()).unwrap();
    let data = AuthData::parse(&made.auth_data).unwrap();
    let attested = data.attested.unwrap();
    assert_eq!(data.flags, Flags::UP | Flags::AT);
    assert_eq!(attested.credential_id.len(), 64);

    let request = get_request(core::slice::from_ref(&attested.credential_id));
    let got = key.get(&request).unwrap();
    let message = [got.auth_data.as_slice(), &request.client_data_hash].concat();
    assert!(verifies(&attested.public_key.public_key().unwrap(), &message, &got.signature));
    assert!(!verifies(&attested.public_key.public_key().unwrap(), &message[1..], &got.signature));
    assert_eq!(got.credential, Some(Descriptor::public_key(&attested.credential_id)));
    assert_eq!(got.user, None);
    assert_eq!(AuthData::parse(&got.auth_data).unwrap().flags, Flags::UP);
}

#[test]
fn each_algorithm_makes_a_key_of_its_own_kind() {
    let mut profile = security_key();
    profile.algorithms.push(Algorithm::RS256);
    let mut key = Key::new(&profile);
    for algorithm in [Algorithm::ES256, Algorithm::EDDSA, Algorithm::RS256] {
        let mut request = make_request();
        request.parameters = [Parameter { algorithm, kind: PUBLIC_KEY.into() }].to_vec();
        let data = AuthData::parse(&key.make(&request).unwrap().auth_data).unwrap();
        let attested = data.attested.unwrap();
        assert_eq!(attested.public_key.algorithm(), Some(algorithm));
        let request = get_request(&[attested.credential_id]);
        let got = key.get(&request).unwrap();
        let message = [got.auth_data.as_slice(), &request.client_data_hash].concat();
        match attested.public_key.public_key().unwrap() {
            ec @ PublicKey::Ec2 { .. } => assert!(verifies(&ec, &message, &got.signature)),
            PublicKey::Okp { x, .. } => {
                let verifying = ed25519_dalek::VerifyingKey::from_bytes(&x.try_into().unwrap()).unwrap();
                let signature = ed25519_dalek::Signature::from_slice(&got.signature).unwrap();
                assert!(verifying.verify(&message, &signature).is_ok());
            }
            PublicKey::Rsa { n, e } => {
                let (n, e) = (rsa::BoxedUint::from_be_slice_vartime(&n), rsa::BoxedUint::from_be_slice_vartime(&e));
                let public = rsa::RsaPublicKey::new(n, e).unwrap();
                let verifying = rsa::pkcs1v15::VerifyingKey::<sha2::Sha256>::new(public);
                let signature = rsa::pkcs1v15::Signature::try_from(got.signature.as_slice()).unwrap();
                assert!(verifying.verify(&message, &signature).is_ok());
            }
            PublicKey::Akp { .. } => panic!("none of the three is such a key"),
        }
    }
}

#[test]
fn the_preferred_algorithm_is_the_platforms() {
    let mut key = Key::new(&security_key());
    let mut request = make_request();
    let parameter = |algorithm| Parameter { algorithm, kind: PUBLIC_KEY.into() };
    request.parameters = [Algorithm::RS1, Algorithm::EDDSA, Algorithm::ES256].map(parameter).to_vec();
    let data = AuthData::parse(&key.make(&request).unwrap().auth_data).unwrap();
    assert_eq!(data.attested.unwrap().public_key.algorithm(), Some(Algorithm::EDDSA));
}

#[test]
fn several_discoverable_credentials_come_newest_first_with_names_after_verification_only() {
    let mut key = Key::new(&security_key());
    for user in [1, 2, 3] {
        key.make(&discoverable_request(user)).unwrap();
    }
    let first = key.get(&get_request(&[])).unwrap();
    assert_eq!(first.number_of_credentials, Some(3));
    let user = first.user.unwrap();
    assert_eq!((user.id.as_slice(), user.name, user.display_name), (&[3][..], None, None));
    for id in [2, 1] {
        let next = key.get_next().unwrap();
        assert_eq!(next.user.unwrap().id, [id]);
        assert_eq!(next.number_of_credentials, None);
    }
    assert_eq!(key.get_next(), Err(Status::NOT_ALLOWED));

    key.set_pin(Protocol::Two, PIN);
    let request = key.verified_get(get_request(&[]));
    let user = key.get(&request).unwrap().user.unwrap();
    assert_eq!(user.name.as_deref(), Some("alice"));
}

#[test]
fn each_assertion_has_thirty_seconds_until_the_next() {
    let mut key = Key::new(&security_key());
    for user in [1, 2, 3] {
        key.enrol(&discoverable_request(user));
    }
    key.get(&get_request(&[])).unwrap();
    for user in [2, 1] {
        key.wait(Duration::from_secs(20));
        assert_eq!(key.get_next().unwrap().user.unwrap().id, [user]);
    }
}

#[test]
fn an_allow_list_answers_with_one_credential_and_no_count() {
    let mut key = Key::new(&security_key());
    let ids = [key.enrol(&discoverable_request(1)), key.enrol(&discoverable_request(2))];
    let got = key.get(&get_request(&ids)).unwrap();
    assert_eq!(got.number_of_credentials, None);
    assert_eq!(got.user.unwrap().id, [1]);
    assert_eq!(key.get_next(), Err(Status::NOT_ALLOWED));
}

#[test]
fn the_same_account_overwrites_its_discoverable_credential() {
    let mut key = Key::new(&security_key());
    let old = key.enrol(&discoverable_request(1));
    let new = key.enrol(&discoverable_request(1));
    assert_eq!(key.get(&get_request(&[old])), Err(Status::NO_CREDENTIALS));
    assert_eq!(key.get(&get_request(&[])).unwrap().credential.unwrap().id, new);
    let other_account = key.enrol(&discoverable_request(2));
    assert!(key.get(&get_request(&[new])).is_ok());
    assert!(key.get(&get_request(&[other_account])).is_ok());
}

#[test]
fn a_token_verifies_and_is_spent_by_the_touch() {
    let mut key = Key::with_pin(&security_key());
    let request = key.verified_make(make_request());
    let made = key.make(&request).unwrap();
    assert!(AuthData::parse(&made.auth_data).unwrap().flags.contains(Flags::UV));
    assert_eq!(key.make(&request), Err(Status::PIN_AUTH_INVALID), "the permissions are gone");
}

#[test]
fn without_a_touch_a_token_stays_and_up_is_not_set() {
    let mut key = Key::with_pin(&security_key());
    let id = key.enrol(&make_request());
    let mut request = key.verified_get(get_request(&[id]));
    request.options.up = Some(false);
    let prompts = key.prompts;
    for _ in 0..2 {
        let data = AuthData::parse(&key.get(&request).unwrap().auth_data).unwrap();
        assert_eq!(data.flags, Flags::UV);
    }
    assert_eq!(key.prompts, prompts);
}

#[test]
fn a_provider_verifies_by_itself_with_one_gesture() {
    let mut key = Key::new(&passkey_provider());
    let mut request = discoverable_request(1);
    request.options.uv = Some(true);
    let made = key.make(&request).unwrap();
    let flags = AuthData::parse(&made.auth_data).unwrap().flags;
    assert_eq!(flags, Flags::UP | Flags::UV | Flags::BE | Flags::BS | Flags::AT);
    assert_eq!((made.format.as_str(), key.prompts), ("none", 1));
    let mut request = get_request(&[]);
    request.options.uv = Some(true);
    let flags = AuthData::parse(&key.get(&request).unwrap().auth_data).unwrap().flags;
    assert_eq!(flags, Flags::UP | Flags::UV | Flags::BE | Flags::BS);
    assert_eq!(key.prompts, 2);
}

#[test]
fn a_finger_gives_a_token_that_remembers_the_touch() {
    use keyrig_ctap::message::client_pin::{Request, Subcommand};
    let mut key = Key::new(&finger_key());
    let (shared, ours) = key.agree(Protocol::Two);
    let request = Request {
        protocol: Some(2),
        key_agreement: Some(ours),
        permissions: Some(Permissions::MC),
        rp_id: Some(super::platform::RP.into()),
        ..Request::new(Subcommand::GET_TOKEN_USING_UV)
    };
    let token = key.pin_command(&request).unwrap().pin_uv_auth_token.unwrap();
    let token = shared.decrypt(&token).unwrap();
    let mut request = make_request();
    request.pin_uv_auth_param = Some(Protocol::Two.authenticate(&token, &[&request.client_data_hash]));
    request.pin_uv_auth_protocol = Some(2);
    let flags = AuthData::parse(&key.make(&request).unwrap().auth_data).unwrap().flags;
    assert_eq!(flags, Flags::UP | Flags::UV | Flags::AT);
    assert_eq!(key.prompts, 1);
}

#[test]
fn cred_protect_hides_what_it_should() {
    let mut key = Key::with_pin(&security_key());
    let enrol = |key: &mut Key, user: u8, level: u64| {
        let mut request = discoverable_request(user);
        request.extensions = extension("credProtect", Value::Unsigned(level));
        let request = key.verified_make(request);
        key.enrol(&request)
    };
    let listed = enrol(&mut key, 2, 2);
    let required = enrol(&mut key, 3, 3);
    assert_eq!(key.get(&get_request(&[])), Err(Status::NO_CREDENTIALS));
    assert!(key.get(&get_request(core::slice::from_ref(&listed))).is_ok());
    assert_eq!(key.get(&get_request(core::slice::from_ref(&required))), Err(Status::NO_CREDENTIALS));
    let request = key.verified_get(get_request(&[]));
    assert_eq!(key.get(&request).unwrap().number_of_credentials, Some(2));
    // Unverified, an exclude list does not betray the credential at level 3.
    let exclude = |id: &Vec<u8>| {
        let mut request = make_request();
        request.exclude_list = Some([Descriptor::public_key(id)].to_vec());
        request
    };
    assert_eq!(key.make(&exclude(&listed)), Err(Status::CREDENTIAL_EXCLUDED));
    assert!(key.make(&exclude(&required)).is_ok());
    let request = key.verified_make(exclude(&required));
    assert_eq!(key.make(&request), Err(Status::CREDENTIAL_EXCLUDED));
}

#[test]
fn hmac_secret_keeps_one_secret_for_verified_and_one_for_unverified_signatures() {
    let mut key = Key::with_pin(&security_key());
    let mut request = make_request();
    request.extensions = extension("hmac-secret", Value::Bool(true));
    let made = key.make(&request).unwrap();
    let data = AuthData::parse(&made.auth_data).unwrap();
    assert_eq!(data.extensions, extension("hmac-secret", Value::Bool(true)));
    let id = data.attested.unwrap().credential_id;
    let secrets = key.authenticator.state().credential(&id).unwrap().hmac_secret.clone().unwrap();

    for (verify, secret) in [(true, &secrets[..32]), (false, &secrets[32..])] {
        let (shared, ours) = key.agree(Protocol::Two);
        let salts = [[1; 32], [2; 32]].concat();
        let encrypted = shared.encrypt(&salts, [6; 16]).unwrap();
        let auth = shared.authenticate(&[&encrypted]);
        let mut request = get_request(core::slice::from_ref(&id));
        request.extensions = hmac_secret_input(&ours, &encrypted, &auth, Protocol::Two);
        let request = if verify { key.verified_get(request) } else { request };
        let data = AuthData::parse(&key.get(&request).unwrap().auth_data).unwrap();
        let outputs = data.extensions.unwrap();
        let tree = keyrig_ctap::cbor::Tree::parse(&outputs).unwrap();
        let fields = keyrig_ctap::cbor::Fields::of(&tree.root, "").unwrap();
        let output = keyrig_ctap::cbor::expect_bytes(fields.text("hmac-secret").unwrap(), "").unwrap();
        let expected: Vec<u8> = [[1; 32], [2; 32]].iter().flat_map(|salt| hmac_sha256(secret, &[salt])).collect();
        assert_eq!(shared.decrypt(output).unwrap()[..], expected[..]);
    }
}

#[test]
fn a_platform_that_prefers_no_statement_gets_none() {
    let mut key = Key::new(&security_key());
    let mut request = make_request();
    assert_eq!(key.make(&request).unwrap().format, "packed");
    request.attestation_formats = Some(["none".into()].to_vec());
    assert_eq!(key.make(&request).unwrap().format, "none");
}

/// A key that answers `hmac-secret` at creation.
pub(super) fn secret_at_creation() -> Profile {
    let mut profile = security_key();
    profile.get_info.extensions.push("hmac-secret-mc".into());
    profile
}

/// The inputs of `hmac-secret-mc`, with or without `hmac-secret` itself.
pub(super) fn secret_inputs(ours: &[u8], encrypted: &[u8], auth: &[u8], enabled: bool) -> Vec<u8> {
    let mut inputs = Writer::new();
    inputs.map(1 + usize::from(enabled));
    if enabled {
        inputs.text("hmac-secret").bool(true);
    }
    inputs.text("hmac-secret-mc").map(4).uint(1).raw(ours).uint(2).bytes(encrypted).uint(3).bytes(auth).uint(4).uint(2);
    inputs.into_bytes()
}

#[test]
fn the_secret_at_creation_is_the_one_at_login() {
    let mut key = Key::new(&secret_at_creation());
    let (shared, ours) = key.agree(Protocol::Two);
    let encrypted = shared.encrypt(&[1; 64], [6; 16]).unwrap();
    let auth = shared.authenticate(&[&encrypted]);
    let output = |auth_data: &[u8], id: &str| {
        let extensions = AuthData::parse(auth_data).unwrap().extensions.unwrap();
        let tree = Tree::parse(&extensions).unwrap();
        let node = Fields::of(&tree.root, "extensions").unwrap().text(id).unwrap();
        shared.decrypt(expect_bytes(node, "output").unwrap()).unwrap().to_vec()
    };
    let mut request = make_request();
    request.extensions = Some(secret_inputs(&ours, &encrypted, &auth, true));
    let made = key.make(&request).unwrap().auth_data;
    let mut login = get_request(&[AuthData::parse(&made).unwrap().attested.unwrap().credential_id]);
    login.extensions = hmac_secret_input(&ours, &encrypted, &auth, Protocol::Two);
    let got = key.get(&login).unwrap().auth_data;
    assert_eq!(output(&made, "hmac-secret-mc"), output(&got, "hmac-secret"));
    assert_eq!(output(&made, "hmac-secret-mc").len(), 64);
}
