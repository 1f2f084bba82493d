use ctap_hid_fido2::fidokey::get_assertion::get_assertion_response;
use ctap_hid_fido2::fidokey::make_credential::make_credential_response;
use keyrig_ctap::Command;
use keyrig_ctap::message::make_credential::{Options, Parameter};
use keyrig_ctap::message::{PUBLIC_KEY, RelyingParty};

use super::*;
use crate::device::{Device, InProcess, Pin};

fn new() -> NewCredential {
    NewCredential {
        client_data_json: "{}".to_owned(),
        rp_id: "corp.example.com".to_owned(),
        user: User { id: vec![1, 2], name: Some("alice".to_owned()), display_name: None },
        algorithms: vec![Algorithm::RS256, Algorithm::EDDSA, Algorithm::ES256],
        exclude: vec![vec![3], vec![4]],
        discoverable: true,
        verification: Verification::Pin(Pin::new("1234".to_owned()), 2),
        protection: Some(3),
        blob: Some(vec![5]),
        hmac_secret: true,
        min_pin_length: true,
    }
}

fn wanted() -> Wanted {
    Wanted {
        client_data_json: "{}".to_owned(),
        rp_id: "corp.example.com".to_owned(),
        allow: vec![vec![3], vec![4]],
        presence: true,
        verification: Verification::None,
        blob: true,
        salts: vec![[6; 32], [7; 32]],
    }
}

fn args(new: &NewCredential) -> MakeCredentialArgs<'_> {
    creation(new, key_types(&new.algorithms).unwrap(), at_creation(new).unwrap())
}

#[test]
fn a_registration_is_told_as_the_options_want_it() {
    let new = new();
    let told = args(&new);
    assert_eq!((told.rpid.as_str(), told.challenge.as_slice()), ("corp.example.com", &b"{}"[..]));
    assert_eq!((told.pin, told.uv, told.rk), (Some("1234"), None, Some(true)));
    assert_eq!(told.exclude_list, [vec![3], vec![4]]);
    let key_types: Vec<i32> = told.key_types.iter().map(|key_type| *key_type as i32).collect();
    assert_eq!(key_types, [-8, -7], "in the order of the options, without what the crate lacks");
    let user = told.user_entity.unwrap();
    assert_eq!((user.id, user.name.as_str(), user.display_name.as_str()), (vec![1, 2], "alice", ""));
    let extensions: Vec<String> = told.extensions.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(extensions, ["credProtect", "credBlob", "hmac-secret", "minPinLength"]);
}

#[test]
fn verification_is_asked_for_in_three_ways() {
    let mut new = new();
    new.verification = Verification::BuiltIn;
    assert_eq!((args(&new).pin, args(&new).uv), (None, Some(true)));
    new.verification = Verification::None;
    assert_eq!((args(&new).pin, args(&new).uv), (None, None));
    let mut wanted = Wanted { verification: Verification::BuiltIn, ..wanted() };
    assert_eq!(request(&wanted, Vec::new()).uv, Some(true));
    wanted.verification = Verification::Pin(Pin::new("1234".to_owned()), 1);
    assert_eq!((request(&wanted, Vec::new()).uv, request(&wanted, Vec::new()).pin), (None, Some("1234")));
}

#[test]
fn a_bare_registration_asks_for_nothing_more() {
    let bare = NewCredential {
        exclude: Vec::new(),
        discoverable: false,
        protection: None,
        blob: None,
        hmac_secret: false,
        min_pin_length: false,
        ..new()
    };
    let told = args(&bare);
    assert_eq!((told.rk, told.exclude_list.len()), (None, 0));
    assert!(told.extensions.is_none());
}

#[test]
fn an_authentication_is_told_as_the_options_want_it() {
    let wanted = wanted();
    let told = request(&wanted, at_sign_in(&wanted).unwrap());
    assert_eq!(
        (told.credential_ids.as_slice(), told.up, told.uv, told.pin),
        (&[vec![3], vec![4]][..], true, None, None)
    );
    let extensions = told.extensions.unwrap();
    assert!(matches!(
        extensions.as_slice(),
        [AssertionExtension::HmacSecret2(Some((one, two))), AssertionExtension::CredBlob((Some(true), None))]
            if (*one, *two) == ([6; 32], [7; 32])
    ));
    let silent = Wanted { presence: false, salts: vec![[6; 32]], ..wanted };
    assert!(!request(&silent, Vec::new()).up);
    assert!(matches!(at_sign_in(&silent).unwrap().as_slice(), [AssertionExtension::HmacSecret(Some(_)), _]));
}

#[test]
fn what_the_crate_lacks_is_said() {
    assert_eq!(key_types(&[Algorithm::RS256]).map(|_| ()), Err(unable("asks for ES256 and EdDSA only")));
    let tpm = Attestation { fmt: "tpm".to_owned(), ..Attestation::default() };
    assert!(matches!(statement(&tpm), Err(Trouble::Unable(why)) if why.contains("tpm")));
}

#[test]
fn a_refusal_is_the_status_that_the_key_gave() {
    let excluded = "response_status err = 0x19 CTAP2_ERR_CREDENTIAL_EXCLUDED   Valid credential found.";
    assert_eq!(trouble(excluded), Trouble::Status(Status::CREDENTIAL_EXCLUDED));
    for other in ["read error", "response_status err = 0x", "response_status err = 0xzz CTAP", ""] {
        assert!(matches!(trouble(other), Trouble::Link(_)), "{other}");
    }
}

#[test]
fn a_key_that_is_not_there_is_said() {
    let made = make("/dev/no-such-hidraw", "a key", &NewCredential { verification: Verification::None, ..new() });
    assert!(matches!(made, Err(Trouble::Link(LinkError(why))) if why.contains("ctap-hid-fido2 says")));
}

fn registered(profile: &str) -> (InProcess, Vec<u8>) {
    let mut key = InProcess::plug(profile, [1; 32]).unwrap();
    let ask = make_credential::Request {
        client_data_hash: [9; 32],
        rp: RelyingParty { id: "corp.example.com".to_owned(), name: None },
        user: new().user,
        parameters: vec![Parameter { algorithm: Algorithm::ES256, kind: PUBLIC_KEY.to_owned() }],
        exclude_list: None,
        extensions: None,
        options: Options::default(),
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
        enterprise_attestation: None,
        attestation_formats: None,
    };
    let answer = key.transact(&[vec![Command::MAKE_CREDENTIAL.0], ask.encode()].concat()).unwrap();
    assert_eq!(answer[0], 0, "{profile}: {}", Status(answer[0]));
    (key, answer[1..].to_vec())
}

#[test]
fn what_the_crate_reads_is_put_together_again_byte_for_byte() {
    for profile in ["yubikey-5-nfc-5.7", "yubikey-5-nfc-5.4", "ctap-2.0-only", "security-key-nfc-5.2"] {
        let (_, answer) = registered(profile);
        let honest = make_credential::Response::decode(&answer).unwrap();
        let read = make_credential_response::parse_cbor(&answer).unwrap();
        assert_eq!(statement(&read), Ok(honest.statement), "{profile}");
        assert_eq!((read.fmt, read.auth_data), (honest.format, honest.auth_data), "{profile}");
    }
}

#[test]
fn an_assertion_that_the_crate_reads_is_the_key_s() {
    let (mut key, made) = registered("yubikey-5-nfc-5.7");
    let made = make_credential::Response::decode(&made).unwrap();
    let id = keyrig_ctap::auth_data::AuthData::parse(&made.auth_data).unwrap().attested.unwrap().credential_id;
    let ask = get_assertion::Request {
        rp_id: "corp.example.com".to_owned(),
        client_data_hash: [9; 32],
        allow_list: Some(vec![Descriptor::public_key(&id)]),
        extensions: None,
        options: Options::default(),
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
    };
    let answer = key.transact(&[vec![Command::GET_ASSERTION.0], ask.encode()].concat()).unwrap();
    let honest = get_assertion::Response::decode(&answer[1..]).unwrap();
    let read = assertion(get_assertion_response::parse_cbor(&answer[1..], None).unwrap());
    assert_eq!((read.response, read.secrets), (honest, Vec::new()));
}
