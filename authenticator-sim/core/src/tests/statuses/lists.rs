use std::time::Duration;
use std::vec::Vec;

use keyrig_ctap::Status;
use keyrig_ctap::cbor::Value;
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY};
use keyrig_ctap::pin_uv_auth::Protocol;

use super::super::platform::{Hand, PIN, discoverable_request, extension, get_request, make_request, security_key};
use super::{Attempt, Row, row};
use crate::Gesture;

pub(super) const ROWS: &[Row] = &[
    row("the exclude list names a credential that is here", Status::CREDENTIAL_EXCLUDED, security_key, |a| {
        let id = a.key.enrol(&make_request());
        a.make(|request| request.exclude_list = Some(Vec::from([Descriptor::public_key(&id)])))
    }),
    row("the same after a refused touch", Status::CREDENTIAL_EXCLUDED, security_key, |a| {
        let id = a.key.enrol(&make_request());
        a.hand(Hand::Does(Gesture::Decline));
        a.make(|request| request.exclude_list = Some(Vec::from([Descriptor::public_key(&id)])))
    }),
    row("the exclude list names a credential that only verification shows", Status::OK, security_key, |a| {
        let mut hidden = make_request();
        hidden.extensions = extension("credProtect", Value::Unsigned(3));
        let id = a.key.enrol(&hidden);
        a.make(|request| request.exclude_list = Some(Vec::from([Descriptor::public_key(&id)])))
    }),
    row("a list over maxCredentialCountInList", Status::LIMIT_EXCEEDED, security_key, |a| {
        let length = a.either(9, 8);
        let list = (0..length).map(|n| Descriptor::public_key(&[n])).collect();
        let mut request = make_request();
        request.exclude_list = Some(list);
        a.key.make(&request).err().unwrap_or(Status::OK)
    }),
    row("an allow list over maxCredentialCountInList", Status::LIMIT_EXCEEDED, security_key, |a| {
        let id = a.key.enrol(&make_request());
        let list: Vec<_> = core::iter::repeat_n(id, a.either(9, 8)).collect();
        a.key.get(&get_request(&list)).err().unwrap_or(Status::OK)
    }),
    row("no discoverable credential", Status::NO_CREDENTIALS, security_key, |a| {
        if !a.defect {
            a.key.enrol(&discoverable_request(1));
        }
        a.key.get(&get_request(&[])).err().unwrap_or(Status::OK)
    }),
    row("a listed credential of another RP ID", Status::NO_CREDENTIALS, security_key, |a| {
        let id = a.key.enrol(&make_request());
        let mut request = get_request(&[id]);
        request.rp_id = a.either("example.com", "example.org").into();
        a.key.get(&request).err().unwrap_or(Status::OK)
    }),
    row("a listed credential of another type", Status::NO_CREDENTIALS, security_key, |a| {
        let id = a.key.enrol(&make_request());
        let mut request = get_request(&[id]);
        request.allow_list.as_mut().unwrap()[0].kind = a.either("password", PUBLIC_KEY).into();
        a.key.get(&request).err().unwrap_or(Status::OK)
    }),
    row("no room for a discoverable credential", Status::KEY_STORE_FULL, security_key, |a| {
        for user in 1..=a.either(3, 2) {
            a.key.enrol(&discoverable_request(user));
        }
        a.key.make(&discoverable_request(9)).err().unwrap_or(Status::OK)
    }),
    row("next without a first", Status::NOT_ALLOWED, security_key, |a| {
        two_accounts(a);
        if !a.defect {
            a.key.get(&get_request(&[])).unwrap();
        }
        a.key.get_next().err().unwrap_or(Status::OK)
    }),
    row("next after the last", Status::NOT_ALLOWED, security_key, |a| {
        two_accounts(a);
        a.key.get(&get_request(&[])).unwrap();
        if a.defect {
            a.key.get_next().unwrap();
        }
        a.key.get_next().err().unwrap_or(Status::OK)
    }),
    row("next after another command", Status::NOT_ALLOWED, security_key, |a| {
        two_accounts(a);
        a.key.get(&get_request(&[])).unwrap();
        if a.defect {
            a.key.info();
        }
        a.key.get_next().err().unwrap_or(Status::OK)
    }),
    row("next after more than 30 s", Status::NOT_ALLOWED, security_key, |a| {
        two_accounts(a);
        a.key.get(&get_request(&[])).unwrap();
        a.key.wait(Duration::from_secs(a.either(31, 30)));
        a.key.get_next().err().unwrap_or(Status::OK)
    }),
    row("next after the token's end", Status::NOT_ALLOWED, security_key, |a| {
        two_accounts(a);
        a.key.set_pin(Protocol::Two, PIN);
        let mut request = get_request(&[]);
        request.options.up = Some(false);
        let request = a.key.verified_get(request);
        a.key.get(&request).unwrap();
        a.key.wait(Duration::from_secs(590));
        a.key.get(&request).unwrap();
        a.key.wait(Duration::from_secs(a.either(10, 9)));
        a.key.get_next().err().unwrap_or(Status::OK)
    }),
];

fn two_accounts(a: &mut Attempt) {
    a.key.enrol(&discoverable_request(1));
    a.key.enrol(&discoverable_request(2));
}
