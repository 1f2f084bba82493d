//! Members of authenticatorLargeBlobs.

use keyrig_ctap::Status;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::large_blobs::{INITIAL, OVERHEAD, Request};
use keyrig_ctap::pin_uv_auth::Protocol;

use super::super::blobs::{get_blobs, set_blobs};
use super::super::platform::{Key, PIN};
use super::{Limit, bytes, of_length, status};

pub(super) const LIMITS: &[Limit] = &[
    Limit::most("get of largeBlobs", longest_fragment, Status::INVALID_LENGTH)
        .by(|key, get| read(key, Request { get: Some(get), offset: Some(0), ..Request::default() })),
    Limit::most("offset of largeBlobs", |_| INITIAL.len() as u64, Status::INVALID_PARAMETER)
        .by(|key, offset| read(key, Request { get: Some(1), offset: Some(offset), ..Request::default() })),
    Limit::most("set of largeBlobs", longest_fragment, Status::INVALID_LENGTH)
        .by(|key, length| set_blobs(key, &first(length, length + 1))),
    Limit::most("length of largeBlobs", room, Status::LARGE_BLOB_STORAGE_FULL)
        .by(|key, length| set_blobs(key, &first(1, length))),
    Limit::least("length of largeBlobs", |_| INITIAL.len() as u64, Status::INVALID_PARAMETER)
        .by(|key, length| set_blobs(key, &first(1, length))),
    Limit::exactly("offset of the next fragment", |_| 10, Status::INVALID_SEQ).by(|key, offset| {
        assert_eq!(set_blobs(key, &first(10, 30)), Status::OK);
        set_blobs(key, &Request { set: Some(bytes(5)), offset: Some(offset), ..Request::default() })
    }),
    // All but the last byte, whose array would have to be intact.
    Limit::most("fragments of what was announced", |_| 29, Status::INTEGRITY_FAILURE).by(fragments),
    Limit::most("fragments beyond what was announced", |_| 30, Status::INVALID_PARAMETER)
        .met_by(Status::INTEGRITY_FAILURE)
        .but_within(Status::OK)
        .by(fragments),
    Limit::exactly("pinUvAuthParam of largeBlobs", |_| 32, Status::PIN_AUTH_INVALID).by(|key, length| {
        key.set_pin(Protocol::Two, PIN);
        let token = key.unbound_token(Permissions::LBW).unwrap();
        let mut request = Request { pin_uv_auth_protocol: Some(2), ..first(10, 30) };
        let param = Protocol::Two.authenticate(&token, &[&request.authenticated()]);
        request.pin_uv_auth_param = Some(of_length(param, length));
        set_blobs(key, &request)
    }),
];

fn longest_fragment(info: &Info) -> u64 {
    info.max_message_size() - OVERHEAD
}

fn room(info: &Info) -> u64 {
    info.max_serialized_large_blob_array.unwrap()
}

fn first(fragment: u64, length: u64) -> Request {
    Request { set: Some(bytes(fragment)), offset: Some(0), length: Some(length), ..Request::default() }
}

/// An array of 30 bytes is announced, and this many come.
fn fragments(key: &mut Key, all: u64) -> Status {
    assert_eq!(set_blobs(key, &first(10, 30)), Status::OK);
    set_blobs(key, &Request { set: Some(bytes(all - 10)), offset: Some(10), ..Request::default() })
}

fn read(key: &mut Key, request: Request) -> Status {
    status(get_blobs(key, &request))
}
