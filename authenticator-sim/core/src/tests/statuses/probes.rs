use std::vec::Vec;

use keyrig_ctap::Status;
use keyrig_ctap::message::make_credential::Request;

use super::super::platform::{Hand, finger_key, get_request, make_request, security_key, touch_only};
use super::{Row, row};
use crate::Gesture;

/// A `pinUvAuthParam` of no bytes asks for a touch alone, by which the user selects this authenticator.
pub(super) const ROWS: &[Row] = &[
    row("mc as a probe of a key that has a PIN", Status::PIN_INVALID, security_key, |a| a.make_verified(probe)),
    row("mc as a probe of a key that has none", Status::PIN_NOT_SET, security_key, |a| a.make(probe)),
    row("mc as a probe of a key that has a finger and no PIN", Status::PIN_NOT_SET, finger_key, |a| a.make(probe)),
    row("mc as a probe that is declined", Status::OPERATION_DENIED, security_key, |a| {
        a.hand(Hand::Does(Gesture::Decline));
        a.make(probe)
    }),
    row("mc as a probe that nobody touches", Status::OPERATION_DENIED, security_key, |a| {
        a.hand(Hand::Idle);
        a.make(probe)
    }),
    row("mc as a probe where nobody can be verified", Status::PIN_AUTH_INVALID, touch_only, |a| a.make(probe)),
    row("ga as a probe of a key that has none", Status::PIN_NOT_SET, security_key, |a| {
        let id = a.key.enrol(&make_request());
        let mut request = get_request(&[id]);
        if a.defect {
            (request.pin_uv_auth_param, request.pin_uv_auth_protocol) = (Some(Vec::new()), Some(2));
        }
        a.key.get(&request).err().unwrap_or(Status::OK)
    }),
];

fn probe(request: &mut Request) {
    (request.pin_uv_auth_param, request.pin_uv_auth_protocol) = (Some(Vec::new()), Some(2));
}
