//! `largeBlob` and `prf`, which phones have, and outputs that are not signed.

use std::vec::Vec;

use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cbor::{Tree, Value};
use keyrig_ctap::message::make_credential::Options;
use keyrig_ctap::message::{get_assertion, make_credential};
use keyrig_ctap::pin_uv_auth::hmac_sha256;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Command, Status};

use super::platform::{Key, extension, get_request, make_request, passkey_provider};

/// A phone as it answers over hybrid.
pub(super) fn phone() -> Profile {
    let mut profile = passkey_provider();
    profile.id = "phone".into();
    profile.get_info.extensions = Vec::from(["largeBlob".into(), "prf".into()]);
    profile.get_info.max_serialized_large_blob_array = None;
    profile
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

fn unsigned(outputs: Option<Vec<u8>>) -> Option<Value> {
    let bytes = outputs?;
    let value = Value::from(&Tree::parse(&bytes).unwrap().root);
    assert_eq!(value.to_canonical(), bytes);
    Some(value)
}

fn make(key: &mut Key, user: u8, id: &str, input: Value) -> make_credential::Response {
    let mut request = make_request();
    request.user.id = Vec::from([user]);
    request.options = Options { rk: Some(true), uv: Some(true), up: None };
    request.extensions = extension(id, input);
    let made = key.make(&request).unwrap();
    assert_eq!(AuthData::parse(&made.auth_data).unwrap().extensions, None, "nothing of it is signed");
    made
}

fn id(made: &make_credential::Response) -> Vec<u8> {
    AuthData::parse(&made.auth_data).unwrap().attested.unwrap().credential_id
}

fn get(key: &mut Key, allow: &[Vec<u8>], id: &str, input: Value) -> Result<get_assertion::Response, Status> {
    key.get(&get_assertion::Request { extensions: extension(id, input), ..get_request(allow) })
}

#[test]
fn a_large_blob_is_kept_with_its_credential() {
    let mut key = Key::new(&phone());
    let preferred = map([("support", "preferred".into())]);
    let made = make(&mut key, 1, "largeBlob", preferred);
    let supported = map([("largeBlob", map([("supported", true.into())]))]);
    assert_eq!(unsigned(made.unsigned_extensions.clone()), Some(supported));
    let allow = [id(&made)];
    let read = || map([("read", true.into())]);
    assert_eq!(get(&mut key, &allow, "largeBlob", read()).unwrap().unsigned_extensions, None);
    let blob = [("write", Value::from(&[1, 2, 3][..])), ("originalSize", 9u64.into())];
    let written = |yes: bool| Some(map([("largeBlob", map([("written", yes.into())]))]));
    let answer = get(&mut key, &[], "largeBlob", map(blob.clone())).unwrap();
    assert_eq!(unsigned(answer.unsigned_extensions), written(false), "nobody named the credential");
    assert_eq!(get(&mut key, &allow, "largeBlob", read()).unwrap().unsigned_extensions, None);
    let answer = get(&mut key, &allow, "largeBlob", map(blob.clone())).unwrap();
    assert_eq!(unsigned(answer.unsigned_extensions), written(true));
    let told = map([("largeBlob", map([("blob", Value::from(&[1, 2, 3][..])), ("originalSize", 9u64.into())]))]);
    assert_eq!(unsigned(get(&mut key, &allow, "largeBlob", read()).unwrap().unsigned_extensions), Some(told.clone()));

    make(&mut key, 2, "largeBlob", map([("support", "required".into())]));
    let answer = get(&mut key, &[], "largeBlob", map(blob)).unwrap();
    assert_eq!(unsigned(answer.unsigned_extensions), written(false), "whose would it be?");
    assert_eq!(unsigned(get(&mut key, &allow, "largeBlob", read()).unwrap().unsigned_extensions), Some(told));
}

#[test]
fn a_large_blob_is_read_or_written() {
    let mut key = Key::new(&phone());
    let allow = [id(&make(&mut key, 1, "largeBlob", map([("support", "required".into())])))];
    let nothing = || Value::Bytes(Vec::new());
    for input in [
        map([]),
        map([("read", false.into())]),
        map([("read", true.into()), ("write", nothing())]),
        map([("read", true.into()), ("originalSize", 0u64.into())]),
        map([("write", nothing())]),
        map([("write", nothing()), ("originalSize", "0".into())]),
        map([("read", 1u64.into())]),
        map([("read", true.into()), ("else", true.into())]),
        true.into(),
    ] {
        assert_eq!(get(&mut key, &allow, "largeBlob", input.clone()).err(), Some(Status::INVALID_CBOR), "{input:?}");
    }
    let empty = map([("write", nothing()), ("originalSize", 0u64.into())]);
    assert!(get(&mut key, &allow, "largeBlob", empty).is_ok());
    let mut request = make_request();
    request.options.uv = Some(true);
    for input in [
        map([("support", "maybe".into())]),
        map([("support", true.into())]),
        map([("else", true.into()), ("support", "required".into())]),
        map([]),
        true.into(),
    ] {
        request.extensions = extension("largeBlob", input.clone());
        assert_eq!(key.make(&request).err(), Some(Status::INVALID_CBOR), "{input:?}");
    }
}

#[test]
fn a_phone_evaluates_with_and_without_verification_the_same() {
    let mut key = Key::new(&phone());
    let (a, b) = (Value::from(&[0xaa; 32][..]), Value::from(&[0xbb; 32][..]));
    let both = map([("eval", map([("first", a.clone()), ("second", b.clone())]))]);
    let made = make(&mut key, 1, "prf", both.clone());
    let source = key.authenticator.state().credential(&id(&made)).unwrap().clone();
    let secret = &source.hmac_secret.unwrap()[..32];
    let of = |byte: u8| hmac_sha256(secret, &[&[byte; 32]]).to_vec();
    let (of_a, of_b) = (of(0xaa), of(0xbb));
    let results = map([("first", of_a.into()), ("second", of_b.clone().into())]);
    let enabled = map([("prf", map([("enabled", true.into()), ("results", results.clone())]))]);
    assert_eq!(unsigned(made.unsigned_extensions.clone()), Some(enabled));
    let allow = [id(&made)];
    let answer = get(&mut key, &allow, "prf", both).unwrap();
    assert_eq!(unsigned(answer.unsigned_extensions), Some(map([("prf", map([("results", results)]))])));

    let by_credential = Value::Map(Vec::from([(allow[0].clone().into(), map([("first", b)]))]));
    let own = map([("eval", map([("first", a)])), ("evalByCredential", by_credential)]);
    let answer = get(&mut key, &allow, "prf", own).unwrap();
    assert_eq!(
        unsigned(answer.unsigned_extensions),
        Some(map([("prf", map([("results", map([("first", of_b.into())]))]))]))
    );
    assert_eq!(get(&mut key, &allow, "prf", map([])).unwrap().unsigned_extensions, None);
}

#[test]
fn salts_have_32_bytes_and_only_prf_nests_so_deep() {
    let mut key = Key::new(&phone());
    let allow = [id(&make(&mut key, 1, "prf", map([])))];
    for length in [31, 33] {
        let salt = Value::Bytes(std::vec![0; length]);
        let input = map([("eval", map([("first", salt)]))]);
        assert_eq!(get(&mut key, &allow, "prf", input).err(), Some(Status::INVALID_PARAMETER), "{length}");
    }
    let deep = map([("a", map([("b", map([("c", true.into())]))]))]);
    assert_eq!(get(&mut key, &allow, "other", deep).err(), Some(Status::INVALID_CBOR));
    assert_eq!(key.command(Command::GET_ASSERTION, &get_request(&allow).encode()).0, Status::OK);
}
