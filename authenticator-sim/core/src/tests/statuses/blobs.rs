use std::time::Duration;
use std::vec::Vec;

use keyrig_ctap::Status;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::large_blobs::{INITIAL, Request, serialize};
use keyrig_ctap::pin_uv_auth::Protocol;

use super::super::blobs::{blob_key, get_blobs, set_blobs};
use super::super::platform::{Key, PIN, security_key, touch_only};
use super::{Attempt, Row, row};

pub(super) const ROWS: &[Row] = &[
    row("large blobs where there are none", Status::INVALID_COMMAND, touch_only, |a| {
        if !a.defect {
            a.key = Key::new(&blob_key());
        }
        get_blobs(&mut a.key, &reading(0, 17)).err().unwrap_or(Status::OK)
    }),
    row("large blobs without an offset", Status::INVALID_PARAMETER, blob_key, |a| {
        read(a, |request| request.offset = None)
    }),
    row("large blobs neither read nor written", Status::INVALID_PARAMETER, blob_key, |a| {
        read(a, |request| request.get = None)
    }),
    row("large blobs read and written at once", Status::INVALID_PARAMETER, blob_key, |a| {
        read(a, |request| request.set = Some(INITIAL.to_vec()))
    }),
    row("large blobs read with a length", Status::INVALID_PARAMETER, blob_key, |a| {
        read(a, |request| request.length = Some(17))
    }),
    row("large blobs read with a token", Status::INVALID_PARAMETER, blob_key, |a| {
        read(a, |request| request.pin_uv_auth_param = Some(Vec::new()))
    }),
    row("a fragment to read that no message holds", Status::INVALID_LENGTH, blob_key, |a| {
        let count = a.either(1137, 1136);
        get_blobs(&mut a.key, &reading(0, count)).err().unwrap_or(Status::OK)
    }),
    row("large blobs read beyond the end", Status::INVALID_PARAMETER, blob_key, |a| {
        let offset = a.either(18, 17);
        get_blobs(&mut a.key, &reading(offset, 1)).err().unwrap_or(Status::OK)
    }),
    row("a fragment to write that no message holds", Status::INVALID_LENGTH, blob_key, |a| {
        let fragment = std::vec![0; a.either(1137, 1136)];
        set_blobs(&mut a.key, &writing(0, &fragment, Some(2000)))
    }),
    row("the first fragment without a length", Status::INVALID_PARAMETER, blob_key, |a| {
        write(a, |request| request.length = None)
    }),
    row("an array that is too short to be one", Status::INVALID_PARAMETER, blob_key, |a| {
        write(a, |request| (request.length, request.set) = (Some(16), Some(std::vec![0; 16])))
    }),
    row("an array for which there is no room", Status::LARGE_BLOB_STORAGE_FULL, blob_key, |a| {
        let length = a.either(4097, 4096);
        set_blobs(&mut a.key, &writing(0, &[0; 100], Some(length)))
    }),
    row("a later fragment with a length", Status::INVALID_PARAMETER, blob_key, |a| {
        let array = begun(a);
        let length = a.defect.then_some(array.len() as u64);
        set_blobs(&mut a.key, &writing(20, &array[20..], length))
    }),
    row("a fragment out of order", Status::INVALID_SEQ, blob_key, |a| {
        let array = begun(a);
        let at = a.either(21, 20);
        set_blobs(&mut a.key, &writing(at as u64, &array[at..], None))
    }),
    row("a fragment after the end of the token that began", Status::INVALID_SEQ, blob_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let token = a.key.unbound_token(Permissions::LBW).unwrap();
        let array = serialize(&[0x81, 0x43, 1, 2, 3, 0x80, 0x80]);
        let first = with_token(&token, writing(0, &array[..20], Some(array.len() as u64)));
        assert_eq!(set_blobs(&mut a.key, &first), Status::OK);
        a.key.wait(Duration::from_secs(a.either(600, 599)));
        set_blobs(&mut a.key, &with_token(&token, writing(20, &array[20..], None)))
    }),
    row("a fragment by another token than the one that began", Status::INVALID_SEQ, blob_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let mut token = a.key.unbound_token(Permissions::LBW).unwrap();
        let array = serialize(&[0x81, 0x43, 1, 2, 3, 0x80, 0x80]);
        let first = with_token(&token, writing(0, &array[..20], Some(array.len() as u64)));
        assert_eq!(set_blobs(&mut a.key, &first), Status::OK);
        if a.defect {
            token = a.key.unbound_token(Permissions::LBW).unwrap();
        }
        set_blobs(&mut a.key, &with_token(&token, writing(20, &array[20..], None)))
    }),
    row("more fragments than the length said", Status::INVALID_PARAMETER, blob_key, |a| {
        let mut array = begun(a);
        if a.defect {
            array.push(0);
        }
        set_blobs(&mut a.key, &writing(20, &array[20..], None))
    }),
    row("an array whose checksum is wrong", Status::INTEGRITY_FAILURE, blob_key, |a| {
        let mut array = begun(a);
        *array.last_mut().unwrap() ^= u8::from(a.defect);
        set_blobs(&mut a.key, &writing(20, &array[20..], None))
    }),
    row("large blobs written without a token", Status::PUAT_REQUIRED, blob_key, |a| {
        protected(a, |request| request.pin_uv_auth_param = None)
    }),
    row("large blobs written without a protocol", Status::MISSING_PARAMETER, blob_key, |a| {
        protected(a, |request| request.pin_uv_auth_protocol = None)
    }),
    row("large blobs written under an unsupported protocol", Status::INVALID_PARAMETER, blob_key, |a| {
        protected(a, |request| request.pin_uv_auth_protocol = Some(3))
    }),
    row("large blobs written with a parameter that does not verify", Status::PIN_AUTH_INVALID, blob_key, |a| {
        protected(a, |request| request.set.as_mut().unwrap()[0] ^= 1)
    }),
    row("large blobs written without the permission", Status::PIN_AUTH_INVALID, blob_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let token = a.key.unbound_token(a.either(Permissions::CM, Permissions::LBW)).unwrap();
        set_blobs(&mut a.key, &with_token(&token, writing(0, &INITIAL, Some(17))))
    }),
    row("a token for large blobs where there are none", Status::UNAUTHORIZED_PERMISSION, security_key, |a| {
        if !a.defect {
            a.key = Key::new(&blob_key());
        }
        a.key.set_pin(Protocol::Two, PIN);
        a.key.unbound_token(Permissions::LBW).err().unwrap_or(Status::OK)
    }),
];

fn reading(offset: u64, count: u64) -> Request {
    Request { get: Some(count), offset: Some(offset), ..Request::default() }
}

fn writing(offset: u64, fragment: &[u8], length: Option<u64>) -> Request {
    Request { set: Some(fragment.to_vec()), offset: Some(offset), length, ..Request::default() }
}

fn with_token(token: &[u8], mut request: Request) -> Request {
    request.pin_uv_auth_protocol = Some(2);
    request.pin_uv_auth_param = Some(Protocol::Two.authenticate(token, &[&request.authenticated()]));
    request
}

fn read(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    let mut request = reading(0, 17);
    if a.defect {
        change(&mut request);
    }
    get_blobs(&mut a.key, &request).err().unwrap_or(Status::OK)
}

fn write(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    let mut request = writing(0, &INITIAL, Some(17));
    if a.defect {
        change(&mut request);
    }
    set_blobs(&mut a.key, &request)
}

fn protected(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    a.key.set_pin(Protocol::Two, PIN);
    let token = a.key.unbound_token(Permissions::LBW).unwrap();
    let mut request = with_token(&token, writing(0, &INITIAL, Some(17)));
    if a.defect {
        change(&mut request);
    }
    set_blobs(&mut a.key, &request)
}

/// An array of which the first twenty bytes are written.
fn begun(a: &mut Attempt) -> Vec<u8> {
    let array = serialize(&[0x81, 0x43, 1, 2, 3, 0x80, 0x80]);
    let length = array.len() as u64;
    assert_eq!(set_blobs(&mut a.key, &writing(0, &array[..20], Some(length))), Status::OK);
    array
}
