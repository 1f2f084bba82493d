//! Blobs, large and small, and the keys to them.

use std::vec::Vec;

use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cbor::Value;
use keyrig_ctap::message::large_blobs::{INITIAL, Request, Response, serialize};
use keyrig_ctap::message::make_credential;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Command, Status};

use super::platform::{Key, discoverable_request, extension, get_request, make_request, security_key};
use crate::Input;

/// A key that keeps blobs.
pub(super) fn blob_key() -> Profile {
    let mut profile = security_key();
    profile.get_info.options.insert("largeBlobs".into(), true);
    for id in ["credBlob", "thirdPartyPayment"] {
        profile.get_info.extensions.push(id.into());
    }
    profile.get_info.max_cred_blob_length = Some(32);
    profile
}

pub(super) fn get_blobs(key: &mut Key, request: &Request) -> Result<Vec<u8>, Status> {
    let (status, bytes) = key.command(Command::LARGE_BLOBS, &request.encode());
    if status == Status::OK { Ok(Response::decode(&bytes).unwrap().config.unwrap()) } else { Err(status) }
}

pub(super) fn set_blobs(key: &mut Key, request: &Request) -> Status {
    key.command(Command::LARGE_BLOBS, &request.encode()).0
}

fn all(key: &mut Key) -> Vec<u8> {
    get_blobs(key, &Request { get: Some(1000), offset: Some(0), ..Request::default() }).unwrap()
}

#[test]
fn an_array_is_written_in_fragments_read_in_fragments_and_gone_after_a_reset() {
    let mut key = Key::new(&blob_key());
    assert_eq!(all(&mut key), INITIAL);
    let array = serialize(&[&[0x81, 0x58, 0xc8][..], &[7; 200]].concat());
    for (at, fragment) in array.chunks(50).enumerate() {
        assert_eq!(all(&mut key), INITIAL, "nothing changes before the last fragment");
        let length = (at == 0).then_some(array.len() as u64);
        let (set, offset) = (Some(fragment.to_vec()), Some(50 * at as u64));
        assert_eq!(set_blobs(&mut key, &Request { set, offset, length, ..Request::default() }), Status::OK);
    }
    assert_eq!(key.authenticator.handle(key.now, Input::PowerCycle).count(), 0);
    let mut read = Vec::new();
    while read.len() < array.len() {
        let offset = Some(read.len() as u64);
        read.extend(get_blobs(&mut key, &Request { get: Some(60), offset, ..Request::default() }).unwrap());
    }
    assert_eq!(read, array);
    assert_eq!(key.command(Command::RESET, &[]).0, Status::OK);
    assert_eq!(all(&mut key), INITIAL);
}

#[test]
fn a_reset_ends_an_array_of_which_not_every_fragment_has_come() {
    let mut key = Key::new(&blob_key());
    let array = serialize(&[0x81, 0x43, 1, 2, 3]);
    let fragment = |range: core::ops::Range<usize>| Request {
        set: Some(array[range.clone()].to_vec()),
        offset: Some(range.start as u64),
        length: (range.start == 0).then_some(array.len() as u64),
        ..Request::default()
    };
    assert_eq!(set_blobs(&mut key, &fragment(0..10)), Status::OK);
    assert_eq!(key.command(Command::RESET, &[]).0, Status::OK);
    assert_eq!(set_blobs(&mut key, &fragment(10..array.len())), Status::INVALID_SEQ);
}

#[test]
fn a_large_blob_key_is_the_credentials_own_and_comes_back_at_each_login() {
    let mut key = Key::new(&blob_key());
    let asked = extension("largeBlobKey", Value::Bool(true));
    let mut made = Vec::new();
    for user in [1, 2] {
        let mut request = discoverable_request(user);
        request.extensions = asked.clone();
        made.push(key.make(&request).unwrap().large_blob_key.unwrap());
    }
    assert_ne!(made[0], made[1]);
    let mut request = get_request(&[]);
    request.extensions = asked;
    assert_eq!(key.get(&request).unwrap().large_blob_key.as_ref(), Some(&made[1]));
    assert_eq!(key.get_next().unwrap().large_blob_key.as_ref(), Some(&made[0]));
    request.extensions = None;
    assert_eq!(key.get(&request).unwrap().large_blob_key, None);
}

#[test]
fn a_credential_blob_is_kept_if_it_fits_a_discoverable_credential() {
    let answer = |request: &mut make_credential::Request, length: usize| {
        let mut key = Key::new(&blob_key());
        request.extensions = extension("credBlob", Value::Bytes(std::vec![9; length]));
        let made = AuthData::parse(&key.make(request).unwrap().auth_data).unwrap();
        let mut login = get_request(&[made.attested.unwrap().credential_id]);
        login.extensions = extension("credBlob", Value::Bool(true));
        (made.extensions, AuthData::parse(&key.get(&login).unwrap().auth_data).unwrap().extensions)
    };
    let blob = |length| extension("credBlob", Value::Bytes(std::vec![9; length]));
    let told = |kept| extension("credBlob", Value::Bool(kept));
    assert_eq!(answer(&mut discoverable_request(1), 32), (told(true), blob(32)));
    assert_eq!(answer(&mut discoverable_request(1), 33), (told(false), blob(0)));
    assert_eq!(answer(&mut make_request(), 32), (told(false), blob(0)));
}

#[test]
fn third_party_payment_is_told_at_login_alone() {
    let mut key = Key::new(&blob_key());
    let asked = extension("thirdPartyPayment", Value::Bool(true));
    for wanted in [true, false] {
        let mut request = make_request();
        request.extensions = extension("thirdPartyPayment", Value::Bool(wanted));
        let made = AuthData::parse(&key.make(&request).unwrap().auth_data).unwrap();
        assert_eq!(made.extensions, None);
        let mut login = get_request(&[made.attested.unwrap().credential_id]);
        login.extensions = asked.clone();
        let told = AuthData::parse(&key.get(&login).unwrap().auth_data).unwrap().extensions;
        assert_eq!(told, extension("thirdPartyPayment", Value::Bool(wanted)));
    }
}
