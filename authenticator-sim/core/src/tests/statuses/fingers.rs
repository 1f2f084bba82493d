use keyrig_ctap::message::bio_enrollment::{Request, Subcommand};
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Command, Status};

use super::super::fingers::{bio, enrol, named, of, reader, send};
use super::super::platform::{Hand, Key, PIN, security_key};
use super::{Attempt, Row, row};
use crate::Gesture;

pub(super) const ROWS: &[Row] = &[
    row("fingers where there is no reader", Status::INVALID_COMMAND, security_key, |a| {
        if !a.defect {
            a.key = Key::new(&reader());
        }
        let request = Request::new(Subcommand::GET_FINGERPRINT_SENSOR_INFO);
        send(&mut a.key, Command::BIO_ENROLLMENT, &request).err().unwrap_or(Status::OK)
    }),
    row("fingers without a modality", Status::MISSING_PARAMETER, reader, |a| {
        info(a, |request| request.modality = None)
    }),
    row("another modality than fingers", Status::INVALID_PARAMETER, reader, |a| {
        info(a, |request| request.modality = Some(2))
    }),
    row("fingers without a subcommand", Status::MISSING_PARAMETER, reader, |a| {
        info(a, |request| request.subcommand = None)
    }),
    row("an unknown subcommand about fingers", Status::INVALID_SUBCOMMAND, reader, |a| {
        info(a, |request| request.subcommand = Some(Subcommand(8)))
    }),
    row("fingers without a token", Status::PUAT_REQUIRED, reader, |a| {
        begin(a, |request| request.pin_uv_auth_param = None)
    }),
    row("fingers without a token and a modality", Status::PUAT_REQUIRED, reader, |a| {
        begin(a, |request| (request.pin_uv_auth_param, request.modality) = (None, None))
    }),
    row("fingers without a protocol", Status::MISSING_PARAMETER, reader, |a| {
        begin(a, |request| request.pin_uv_auth_protocol = None)
    }),
    row("fingers under an unsupported protocol", Status::INVALID_PARAMETER, reader, |a| {
        begin(a, |request| request.pin_uv_auth_protocol = Some(3))
    }),
    row("fingers with a parameter that does not verify", Status::PIN_AUTH_INVALID, reader, |a| {
        begin(a, |request| request.subcommand = Some(Subcommand::ENUMERATE_ENROLLMENTS))
    }),
    row("fingers without the permission", Status::PIN_AUTH_INVALID, reader, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let token = a.key.unbound_token(a.either(Permissions::CM, Permissions::BE)).unwrap();
        bio(&mut a.key, &token, Subcommand::ENROLL_BEGIN, None).err().unwrap_or(Status::OK)
    }),
    row("no to a finger", Status::OPERATION_DENIED, reader, |a| {
        a.hand(Hand::Does(Gesture::Decline));
        begin(a, |_| ())
    }),
    row("the next sample of no template", Status::MISSING_PARAMETER, reader, |a| next(a, |_| None)),
    row("the next sample of a template that was not begun", Status::INVALID_OPTION, reader, |a| {
        next(a, |id| {
            id.push(0);
            Some(())
        })
    }),
    row("a list of no fingers", Status::INVALID_OPTION, reader, |a| {
        let token = token(a);
        if !a.defect {
            enrol(&mut a.key, &token).unwrap();
        }
        bio(&mut a.key, &token, Subcommand::ENUMERATE_ENROLLMENTS, None).err().unwrap_or(Status::OK)
    }),
    row("a name that is too long", Status::INVALID_LENGTH, reader, |a| {
        let token = token(a);
        let id = enrol(&mut a.key, &token).unwrap();
        let name = "x".repeat(a.either(16, 15));
        bio(&mut a.key, &token, Subcommand::SET_FRIENDLY_NAME, named(&id, &name)).err().unwrap_or(Status::OK)
    }),
    row("a name that is too long, and no proof", Status::INVALID_LENGTH, reader, |a| {
        rename(a, |request| request.parameters = named(&[0, 0], &"x".repeat(16)).map(|subject| subject.encode()))
    }),
    row("a name for a finger that is not named, and no proof", Status::MISSING_PARAMETER, reader, |a| {
        rename(a, |request| request.parameters = None)
    }),
    row("a name without a name", Status::MISSING_PARAMETER, reader, |a| {
        let token = token(a);
        let id = enrol(&mut a.key, &token).unwrap();
        let subject = if a.defect { of(&id) } else { named(&id, "thumb") };
        bio(&mut a.key, &token, Subcommand::SET_FRIENDLY_NAME, subject).err().unwrap_or(Status::OK)
    }),
    row("a name for nobody's finger", Status::INVALID_OPTION, reader, |a| {
        let token = token(a);
        let id = enrol(&mut a.key, &token).unwrap();
        let id = a.either(&id[1..], &id[..]);
        bio(&mut a.key, &token, Subcommand::SET_FRIENDLY_NAME, named(id, "thumb")).err().unwrap_or(Status::OK)
    }),
    row("removing a finger without saying which", Status::MISSING_PARAMETER, reader, |a| {
        let token = token(a);
        let id = enrol(&mut a.key, &token).unwrap();
        let subject = if a.defect { None } else { of(&id) };
        bio(&mut a.key, &token, Subcommand::REMOVE_ENROLLMENT, subject).err().unwrap_or(Status::OK)
    }),
    row("removing nobody's finger", Status::INVALID_OPTION, reader, |a| {
        let token = token(a);
        let id = enrol(&mut a.key, &token).unwrap();
        let id = a.either(&id[1..], &id[..]);
        bio(&mut a.key, &token, Subcommand::REMOVE_ENROLLMENT, of(id)).err().unwrap_or(Status::OK)
    }),
    row("a sixth finger", Status::FP_DATABASE_FULL, reader, |a| {
        let token = token(a);
        for _ in 0..a.either(5, 4) {
            enrol(&mut a.key, &token).unwrap();
        }
        enrol(&mut a.key, &token).err().unwrap_or(Status::OK)
    }),
    row("a token by finger to enrol, where a PIN is asked for", Status::UNAUTHORIZED_PERMISSION, by_pin_only, |a| {
        if !a.defect {
            a.key = Key::new(&reader());
        }
        let token = token(a);
        enrol(&mut a.key, &token).unwrap();
        a.key.finger_token(Permissions::BE).err().unwrap_or(Status::OK)
    }),
];

fn by_pin_only() -> Profile {
    let mut profile = reader();
    profile.get_info.options.remove("uvBioEnroll");
    profile
}

fn token(a: &mut Attempt) -> std::vec::Vec<u8> {
    a.key.set_pin(Protocol::Two, PIN);
    a.key.unbound_token(Permissions::BE).unwrap()
}

fn info(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    let mut request = Request::new(Subcommand::GET_FINGERPRINT_SENSOR_INFO);
    if a.defect {
        change(&mut request);
    }
    send(&mut a.key, Command::BIO_ENROLLMENT, &request).err().unwrap_or(Status::OK)
}

fn begin(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    let token = token(a);
    let mut request = Request::new(Subcommand::ENROLL_BEGIN);
    request.pin_uv_auth_protocol = Some(2);
    request.pin_uv_auth_param = Some(Protocol::Two.authenticate(&token, &[&request.authenticated()]));
    if a.defect {
        change(&mut request);
    }
    send(&mut a.key, Command::BIO_ENROLLMENT, &request).err().unwrap_or(Status::OK)
}

/// A new name for the one finger, in a request that no longer fits its proof once it is changed.
fn rename(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    let token = token(a);
    let id = enrol(&mut a.key, &token).unwrap();
    let mut request = Request::new(Subcommand::SET_FRIENDLY_NAME);
    request.parameters = named(&id, "thumb").map(|subject| subject.encode());
    request.pin_uv_auth_protocol = Some(2);
    request.pin_uv_auth_param = Some(Protocol::Two.authenticate(&token, &[&request.authenticated()]));
    if a.defect {
        change(&mut request);
    }
    send(&mut a.key, Command::BIO_ENROLLMENT, &request).err().unwrap_or(Status::OK)
}

/// The second sample of a template whose id is changed; `None` leaves it out.
fn next(a: &mut Attempt, change: impl FnOnce(&mut std::vec::Vec<u8>) -> Option<()>) -> Status {
    let token = token(a);
    let mut id = bio(&mut a.key, &token, Subcommand::ENROLL_BEGIN, None).unwrap().template_id.unwrap();
    let there = if a.defect { change(&mut id) } else { Some(()) };
    let subject = there.and_then(|()| of(&id));
    bio(&mut a.key, &token, Subcommand::ENROLL_CAPTURE_NEXT_SAMPLE, subject).err().unwrap_or(Status::OK)
}
