//! Members of bioEnrollment and credentialManagement.

use std::string::String;

use keyrig_ctap::Status;
use keyrig_ctap::message::bio_enrollment::{Request, Subcommand};
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::credential_management::{Parameters, Subcommand as Management};
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::{Command, cbor::Value};

use super::super::fingers::{bio, enrol, named, send};
use super::super::platform::{Key, PIN, RP, discoverable_request};
use super::{Limit, bytes};

pub(super) const LIMITS: &[Limit] = &[Limit::exactly("rpIDHash", |_| 32, Status::NO_CREDENTIALS).by(|key, length| {
    key.enrol(&discoverable_request(1));
    key.set_pin(Protocol::Two, PIN);
    let token = key.unbound_token(Permissions::CM).unwrap();
    let mut hash = <sha2::Sha256 as sha2::Digest>::digest(RP).to_vec();
    hash.resize(usize::try_from(length).unwrap(), 0);
    let parameters = Parameters { rp_id_hash: Some(hash), ..Parameters::default() };
    key.manage(&token, Management::ENUMERATE_CREDENTIALS_BEGIN, Some(parameters)).err().unwrap_or(Status::OK)
})];

/// `maxTemplateFriendlyName` is told by the sensor, not by getInfo.
#[test]
fn a_fingers_name_has_as_many_bytes_as_the_sensor_says() {
    let mut key = Key::with_pin(&super::super::fingers::everything());
    let mut about = Request::new(Subcommand::GET_FINGERPRINT_SENSOR_INFO);
    about.modality = Some(1);
    let most = send(&mut key, Command::BIO_ENROLLMENT, &about).unwrap().max_friendly_name.unwrap();
    let token = key.unbound_token(Permissions::BE).unwrap();
    let id = enrol(&mut key, &token).unwrap();
    for (length, expected) in [(0, Status::OK), (most, Status::OK), (most + 1, Status::INVALID_LENGTH)] {
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

fn descriptor(id: &[u8]) -> std::vec::Vec<u8> {
    Value::Map([(Value::from("id"), Value::from(id)), (Value::from("type"), Value::from("public-key"))].into())
        .to_canonical()
}
