//! Members of bioEnrollment and credentialManagement.

use std::string::String;
use std::vec::Vec;

use keyrig_ctap::Status;
use keyrig_ctap::message::bio_enrollment::{Request, Subcommand};
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::credential_management::{Parameters, Subcommand as Management};
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::{Command, cbor::Value};

use super::super::fingers::{bio, enrol, named, of, send};
use super::super::platform::{Key, PIN, RP, discoverable_request, management_request};
use super::{Limit, bytes, of_length, status};

pub(super) const LIMITS: &[Limit] = &[
    Limit::exactly("rpIDHash", |_| 32, Status::NO_CREDENTIALS).by(|key, length| {
        let token = manager(key);
        let hash = of_length(<sha2::Sha256 as sha2::Digest>::digest(RP).to_vec(), length);
        let parameters = Parameters { rp_id_hash: Some(hash), ..Parameters::default() };
        status(key.manage(&token, Management::ENUMERATE_CREDENTIALS_BEGIN, Some(parameters)))
    }),
    Limit::most("relying parties that are enumerated", |_| 1, Status::NOT_ALLOWED).by(|key, count| {
        let token = manager(key);
        if count == 0 {
            return Status::OK;
        }
        let first = status(key.manage(&token, Management::ENUMERATE_RPS_BEGIN, None));
        let next = management_request(&token, Management::ENUMERATE_RPS_NEXT, None).encode();
        (1..count).map(|_| key.command(Command::CREDENTIAL_MANAGEMENT, &next).0).last().unwrap_or(first)
    }),
    Limit::exactly("pinUvAuthParam of credentialManagement", |_| 32, Status::PIN_AUTH_INVALID).by(|key, length| {
        let token = manager(key);
        let mut request = management_request(&token, Management::GET_CREDS_METADATA, None);
        request.pin_uv_auth_param = request.pin_uv_auth_param.map(|param| of_length(param, length));
        key.command(Command::CREDENTIAL_MANAGEMENT, &request.encode()).0
    }),
    Limit::exactly("pinUvAuthParam of bioEnrollment", |_| 32, Status::PIN_AUTH_INVALID).by(|key, length| {
        let token = enroller(key);
        let mut request = Request::new(Subcommand::ENROLL_BEGIN);
        request.pin_uv_auth_protocol = Some(2);
        let param = Protocol::Two.authenticate(&token, &[&request.authenticated()]);
        request.pin_uv_auth_param = Some(of_length(param, length));
        status(send(key, Command::BIO_ENROLLMENT, &request))
    }),
    Limit::exactly("templateId", |_| 2, Status::INVALID_OPTION).by(|key, length| {
        let token = enroller(key);
        let id = of_length(enrol(key, &token).unwrap(), length);
        status(bio(key, &token, Subcommand::REMOVE_ENROLLMENT, of(&id)))
    }),
    Limit::most("templates", |_| 5, Status::FP_DATABASE_FULL).by(|key, count| {
        let token = enroller(key);
        (0..count).map(|_| status(enrol(key, &token))).last().unwrap()
    }),
];

/// Of a key with a PIN and a discoverable credential.
fn manager(key: &mut Key) -> Vec<u8> {
    key.enrol(&discoverable_request(1));
    key.set_pin(Protocol::Two, PIN);
    key.unbound_token(Permissions::CM).unwrap()
}

fn enroller(key: &mut Key) -> Vec<u8> {
    key.set_pin(Protocol::Two, PIN);
    key.unbound_token(Permissions::BE).unwrap()
}

/// `maxTemplateFriendlyName` is told by the sensor, not by getInfo.
#[test]
fn a_fingers_name_has_as_many_bytes_as_the_sensor_says() {
    let mut key = Key::with_pin(&super::super::fingers::everything());
    let mut about = Request::new(Subcommand::GET_FINGERPRINT_SENSOR_INFO);
    about.modality = Some(1);
    let most = send(&mut key, Command::BIO_ENROLLMENT, &about).unwrap().max_friendly_name.unwrap();
    let token = key.unbound_token(Permissions::BE).unwrap();
    let id = enrol(&mut key, &token).unwrap();
    for (length, expected) in
        [(0, Status::OK), (most - 1, Status::OK), (most, Status::OK), (most + 1, Status::INVALID_LENGTH)]
    {
        let name = String::from_utf8(bytes(length)).unwrap();
        let answer = bio(&mut key, &token, Subcommand::SET_FRIENDLY_NAME, named(&id, &name));
        assert_eq!(answer.err().unwrap_or(Status::OK), expected, "{length}");
    }
}

#[test]
fn a_user_that_is_updated_keeps_to_the_limits_of_a_new_one() {
    let mut key = Key::new(&super::super::fingers::everything());
    let mut request = discoverable_request(1);
    request.user.id = bytes(64);
    let id = key.enrol(&request);
    key.set_pin(Protocol::Two, PIN);
    let token = key.unbound_token(Permissions::CM).unwrap();
    for (length, expected) in [(64, Status::OK), (65, Status::INVALID_LENGTH), (63, Status::INVALID_PARAMETER)] {
        let user = Value::Map([(Value::from("id"), Value::Bytes(bytes(length)))].into());
        let credential = Value::from(&keyrig_ctap::cbor::Tree::parse(&descriptor(&id)).unwrap().root);
        let parameters = Value::Map([(Value::Unsigned(2), credential), (Value::Unsigned(3), user)].into());
        let mut update = keyrig_ctap::message::credential_management::Request::new(Management::UPDATE_USER_INFORMATION);
        update.parameters = Some(parameters.to_canonical());
        update.pin_uv_auth_protocol = Some(2);
        update.pin_uv_auth_param = Some(Protocol::Two.authenticate(&token, &[&update.authenticated()]));
        assert_eq!(key.command(Command::CREDENTIAL_MANAGEMENT, &update.encode()).0, expected, "{length}");
    }
}

fn descriptor(id: &[u8]) -> Vec<u8> {
    Value::Map([(Value::from("id"), Value::from(id)), (Value::from("type"), Value::from("public-key"))].into())
        .to_canonical()
}
