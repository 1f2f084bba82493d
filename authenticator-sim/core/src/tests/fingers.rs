//! Fingers: enrolled, named, used, removed.

use std::string::ToString;
use std::vec::Vec;

use keyrig_ctap::message::bio_enrollment::{Parameters, Request, Response, SampleStatus, Subcommand};
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::{FingerprintSensor, Profile, UserVerification};
use keyrig_ctap::{Command, Status};

use super::blobs::blob_key;
use super::ceremonies::secret_at_creation;
use super::configuration::configurable_by_finger;
use super::persistent::persistent;
use super::platform::{Hand, Key, PIN, make_request, security_key};
use crate::{Gesture, Input};

/// A key with a finger reader and no finger yet.
pub(super) fn reader() -> Profile {
    let mut profile = security_key();
    profile.user_verification = UserVerification::BuiltInAndClientPin;
    for (option, value) in
        [("uv", false), ("bioEnroll", false), ("userVerificationMgmtPreview", false), ("uvBioEnroll", true)]
    {
        profile.get_info.options.insert(option.into(), value);
    }
    profile
}

/// Everything that this crate's tests know, in one key.
pub(super) fn everything() -> Profile {
    let mut profile = reader();
    for other in [configurable_by_finger(), blob_key(), persistent(), secret_at_creation()] {
        let info = other.get_info;
        for (option, value) in info.options {
            profile.get_info.options.entry(option).or_insert(value);
        }
        profile.get_info.extensions.extend(info.extensions);
        profile.get_info.max_cred_blob_length = info.max_cred_blob_length.or(profile.get_info.max_cred_blob_length);
    }
    profile.get_info.extensions.sort();
    profile.get_info.extensions.dedup();
    profile.get_info.versions = persistent().get_info.versions;
    profile.get_info.max_rp_ids_for_set_min_pin_length = Some(2);
    profile.get_info.pin_complexity_policy = Some(false);
    profile.get_info.long_touch_for_reset = Some(false);
    profile
}

pub(super) fn bio(
    key: &mut Key,
    token: &[u8],
    subcommand: Subcommand,
    parameters: Option<Parameters>,
) -> Result<Response, Status> {
    let mut request = Request::new(subcommand);
    request.parameters = parameters.map(|parameters| parameters.encode());
    request.pin_uv_auth_protocol = Some(2);
    request.pin_uv_auth_param = Some(Protocol::Two.authenticate(token, &[&request.authenticated()]));
    send(key, Command::BIO_ENROLLMENT, &request)
}

pub(super) fn send(key: &mut Key, command: Command, request: &Request) -> Result<Response, Status> {
    let (status, bytes) = key.command(command, &request.encode());
    if status == Status::OK { Ok(Response::decode(&bytes).unwrap()) } else { Err(status) }
}

pub(super) fn of(id: &[u8]) -> Option<Parameters> {
    Some(Parameters { template_id: Some(id.to_vec()), ..Parameters::default() })
}

pub(super) fn named(id: &[u8], name: &str) -> Option<Parameters> {
    Some(Parameters { friendly_name: Some(name.to_string()), ..of(id).unwrap() })
}

/// A finger, by five good samples.
pub(super) fn enrol(key: &mut Key, token: &[u8]) -> Result<Vec<u8>, Status> {
    let begun = bio(key, token, Subcommand::ENROLL_BEGIN, None)?;
    let id = begun.template_id.unwrap();
    for remaining in (0..begun.remaining_samples.unwrap()).rev() {
        let next = bio(key, token, Subcommand::ENROLL_CAPTURE_NEXT_SAMPLE, of(&id))?;
        assert_eq!((next.last_sample, next.remaining_samples), (Some(SampleStatus::GOOD), Some(remaining)));
    }
    Ok(id)
}

fn ready() -> (Key, Vec<u8>) {
    let mut key = Key::with_pin(&reader());
    let token = key.unbound_token(Permissions::BE).unwrap();
    (key, token)
}

#[test]
fn the_first_finger_makes_verification_by_finger_possible_and_the_last_one_ends_it() {
    let (mut key, token) = ready();
    let mut request = make_request();
    request.options.uv = Some(true);
    assert_eq!(key.make(&request).err(), Some(Status::INVALID_OPTION));
    let id = enrol(&mut key, &token).unwrap();
    let info = key.info();
    assert_eq!((info.option("bioEnroll"), info.option("uv")), (Some(true), Some(true)));
    assert!(key.make(&request).is_ok());
    assert!(key.finger_token(Permissions::BE).is_ok());
    let token = key.unbound_token(Permissions::BE).unwrap();
    bio(&mut key, &token, Subcommand::REMOVE_ENROLLMENT, of(&id)).unwrap();
    assert_eq!(key.info().option("uv"), Some(false));
    assert_eq!(key.make(&request).err(), Some(Status::INVALID_OPTION));
}

#[test]
fn a_sensor_has_the_limits_of_its_product() {
    let sensors = [FingerprintSensor::default(), FingerprintSensor { templates: 2, samples: 3, name_length: 4 }];
    for fingerprint_sensor in sensors {
        let mut key = Key::with_pin(&Profile { fingerprint_sensor, ..reader() });
        let token = key.unbound_token(Permissions::BE).unwrap();
        let FingerprintSensor { templates, samples, name_length } = fingerprint_sensor;
        let info = bio(&mut key, &token, Subcommand::GET_FINGERPRINT_SENSOR_INFO, None).unwrap();
        assert_eq!((info.max_samples, info.max_friendly_name), (Some(samples.into()), Some(name_length.into())));
        let begun = bio(&mut key, &token, Subcommand::ENROLL_BEGIN, None).unwrap();
        assert_eq!(begun.remaining_samples, Some(u64::from(samples) - 1), "the first is taken at once");
        let ids: Vec<_> = (0..templates).map(|_| enrol(&mut key, &token).unwrap()).collect();
        assert_eq!(enrol(&mut key, &token), Err(Status::FP_DATABASE_FULL));
        let longest = "x".repeat(name_length as usize);
        let rename =
            |key: &mut Key, name: &str| bio(key, &token, Subcommand::SET_FRIENDLY_NAME, named(&ids[0], name)).map(drop);
        assert_eq!(rename(&mut key, &longest), Ok(()));
        assert_eq!(rename(&mut key, &(longest + "x")), Err(Status::INVALID_LENGTH));
    }
}

#[test]
fn poor_samples_and_none_are_told_and_cost_nothing() {
    let (mut key, token) = ready();
    let begun = bio(&mut key, &token, Subcommand::ENROLL_BEGIN, None).unwrap();
    assert_eq!((begun.last_sample, begun.remaining_samples), (Some(SampleStatus::GOOD), Some(4)));
    let id = begun.template_id.unwrap();
    let bad = [
        (Hand::Does(Gesture::FailVerification), SampleStatus::POOR_QUALITY),
        (Hand::Idle, SampleStatus::NO_USER_ACTIVITY),
    ];
    for (hand, status) in bad {
        key.hand = hand;
        let before = key.now;
        let subject = Parameters { timeout_milliseconds: Some(2000), ..of(&id).unwrap() };
        let next = bio(&mut key, &token, Subcommand::ENROLL_CAPTURE_NEXT_SAMPLE, Some(subject)).unwrap();
        assert_eq!((next.last_sample, next.remaining_samples), (Some(status), Some(4)));
        assert_eq!(key.now.since(before).as_millis(), if hand == Hand::Idle { 2000 } else { 0 });
    }
    key.hand = Hand::Willing;
    // Cancelled: the template is none.
    send(&mut key, Command::BIO_ENROLLMENT, &Request::new(Subcommand::CANCEL_CURRENT_ENROLLMENT)).unwrap();
    let next = bio(&mut key, &token, Subcommand::ENROLL_CAPTURE_NEXT_SAMPLE, of(&id));
    assert_eq!(next, Err(Status::INVALID_OPTION));
    assert!(key.authenticator.state().fingerprints().is_empty());
}

#[test]
fn fingers_have_names_outlive_power_cuts_and_are_five_at_most() {
    let (mut key, token) = ready();
    let ids: Vec<_> = (0..5).map(|_| enrol(&mut key, &token).unwrap()).collect();
    assert_eq!(enrol(&mut key, &token), Err(Status::FP_DATABASE_FULL));
    bio(&mut key, &token, Subcommand::SET_FRIENDLY_NAME, named(&ids[1], "left thumb")).unwrap();
    assert_eq!(key.authenticator.handle(key.now, Input::PowerCycle).count(), 0);
    let token = key.unbound_token(Permissions::BE).unwrap();
    let listed = bio(&mut key, &token, Subcommand::ENUMERATE_ENROLLMENTS, None).unwrap().templates.unwrap();
    assert_eq!(listed.iter().map(|template| template.id.clone()).collect::<Vec<_>>(), ids);
    assert_eq!(listed[0].friendly_name.as_deref(), Some(""));
    assert_eq!(listed[1].friendly_name.as_deref(), Some("left thumb"));
    key.now = keyrig_ctap::Instant::POWER_UP;
    assert_eq!(key.command(Command::RESET, &[]).0, Status::OK);
    assert_eq!(key.info().option("bioEnroll"), Some(false));
}

#[test]
fn the_sensor_is_described_to_anybody() {
    let mut key = Key::new(&reader());
    let request = Request { get_modality: Some(true), ..Request::default() };
    for command in [Command::BIO_ENROLLMENT, Command::BIO_ENROLLMENT_PREVIEW] {
        assert_eq!(send(&mut key, command, &request).unwrap().modality, Some(1));
        let sensor = send(&mut key, command, &Request::new(Subcommand::GET_FINGERPRINT_SENSOR_INFO)).unwrap();
        assert_eq!(
            (sensor.fingerprint_kind, sensor.max_samples, sensor.max_friendly_name),
            (Some(1), Some(5), Some(15))
        );
    }
}

#[test]
fn the_preview_form_takes_the_token_without_permissions() {
    let mut profile = reader();
    profile.get_info.options.remove("pinUvAuthToken");
    profile.get_info.options.remove("bioEnroll");
    let mut key = Key::with_pin(&profile);
    let token = key.legacy_token();
    let mut request = Request::new(Subcommand::ENROLL_BEGIN);
    request.pin_uv_auth_protocol = Some(2);
    request.pin_uv_auth_param = Some(Protocol::Two.authenticate(&token, &[&request.authenticated()]));
    assert!(send(&mut key, Command::BIO_ENROLLMENT_PREVIEW, &request).unwrap().template_id.is_some());
    assert_eq!(send(&mut key, Command::BIO_ENROLLMENT, &request), Err(Status::INVALID_COMMAND));
}

#[test]
fn a_finger_that_was_there_from_the_first_day_can_be_removed() {
    let mut profile = reader();
    for option in ["uv", "bioEnroll"] {
        profile.get_info.options.insert(option.into(), true);
    }
    let mut key = Key::with_pin(&profile);
    assert_eq!(key.info().option("uv"), Some(true));
    let token = key.unbound_token(Permissions::BE).unwrap();
    bio(&mut key, &token, Subcommand::REMOVE_ENROLLMENT, of(&[0, 0])).unwrap();
    assert_eq!(key.info().option("uv"), Some(false));
    assert_eq!(key.token(PIN, Permissions::MC).map(|token| token.len()), Ok(32));
}
