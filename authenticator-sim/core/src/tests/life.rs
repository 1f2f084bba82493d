//! Updates, replacements, wear and lock-out, by what the authenticator then says.

use std::vec::Vec;

use keyrig_ctap::auth_data::{AuthData, Flags};
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::profile::{Backup, Profile};
use keyrig_ctap::{Aaguid, Command, Instant, Status};

use super::platform::{Key, PIN, discoverable_request, get_request, make_request, security_key};
use crate::ctaphid::Driver;
use crate::{Input, Keep, State};

/// The same key with newer firmware: another AAGUID and chain, longer PINs, more room, synced from now on.
fn newer() -> Profile {
    let mut profile = security_key();
    profile.id = "newer-key".into();
    profile.aaguid = Aaguid([8; 16]);
    profile.get_info.aaguid = profile.aaguid;
    profile.get_info.min_pin_length = Some(8);
    profile.discoverable_credentials = 5;
    profile.backup = Backup { eligible: true, state: true };
    profile
}

/// What a new credential says of the authenticator: its AAGUID and its flags.
fn attested(key: &mut Key) -> (Aaguid, Flags) {
    let data = AuthData::parse(&key.make(&make_request()).unwrap().auth_data).unwrap();
    (data.attested.unwrap().aaguid, data.flags)
}

fn used_key() -> (Key, Vec<u8>) {
    let mut key = Key::with_pin(&security_key());
    let request = key.verified_make(discoverable_request(1));
    let id = key.enrol(&request);
    (key, id)
}

/// What a store that hears of each change knows of the key.
fn stored(key: &Key, changes: impl IntoIterator<Item = crate::Change>) -> State {
    let mut state = State::new(&security_key());
    let all = key.changes.iter().cloned().chain(changes);
    all.flat_map(|change| change.edits).for_each(|edit| state.apply(&edit));
    state.power_up();
    state
}

#[test]
fn an_update_keeps_credentials_and_pin_and_makes_another_product_of_it() {
    let (mut key, id) = used_key();
    assert_eq!(attested(&mut key).0, Aaguid([7; 16]));
    let change = key.authenticator.upgrade(newer(), Keep::Everything);
    assert_eq!(key.authenticator.state(), &stored(&key, [change]), "the store hears of all of it");

    assert_eq!(attested(&mut key), (Aaguid([8; 16]), Flags::UP | Flags::AT | Flags::BE | Flags::BS));
    let login = key.get(&get_request(&[])).unwrap();
    assert_eq!(login.credential.unwrap().id, id);
    let flags = AuthData::parse(&login.auth_data).unwrap().flags;
    assert_eq!(flags, Flags::UP, "a credential that was made before stays what it was");
    let info = key.info();
    assert_eq!((info.min_pin_length, info.remaining_discoverable_credentials), (Some(8), Some(4)));
    assert_eq!(info.force_pin_change, Some(true), "the PIN has six code points");
    assert_eq!(key.token(PIN, Permissions::GA), Err(Status::PIN_POLICY_VIOLATION));
    assert_eq!(key.change_pin(PIN, "12345678"), Status::OK);
    assert!(key.token("12345678", Permissions::GA).is_ok());
}

#[test]
fn an_update_to_what_leaves_the_factory_stricter_is_stricter() {
    let mut strict = newer();
    strict.get_info.options.insert("alwaysUv".into(), true);
    strict.get_info.long_touch_for_reset = Some(true);
    strict.get_info.pin_complexity_policy = Some(true);
    let (mut key, _) = used_key();
    key.authenticator.upgrade(strict, Keep::Everything);
    let config = key.authenticator.state().configuration();
    assert_eq!((config.always_uv, config.long_touch_for_reset, config.pin_complexity), (true, true, true));
}

#[test]
fn an_update_that_wipes_keeps_the_devices_own_numbers() {
    let (mut key, _) = used_key();
    let before = AuthData::parse(&key.get(&get_request(&[])).unwrap().auth_data).unwrap().sign_count;
    let change = key.authenticator.upgrade(newer(), Keep::Device);
    assert_eq!(key.authenticator.state(), &stored(&key, [change]));
    assert_eq!(key.get(&get_request(&[])), Err(Status::NO_CREDENTIALS));
    assert!(!key.authenticator.state().pin_is_set());
    let data = key.make(&make_request()).unwrap().auth_data;
    assert!(AuthData::parse(&data).unwrap().sign_count > before);
}

#[test]
fn a_replacement_is_another_device() {
    let (mut key, _) = used_key();
    let change = key.authenticator.upgrade(newer(), Keep::Nothing);
    assert_eq!(key.authenticator.state(), &State::new(&newer()));
    assert_eq!(stored(&key, [change]), State::new(&newer()));
    let data = key.make(&make_request()).unwrap().auth_data;
    assert_eq!(AuthData::parse(&data).unwrap().sign_count, 1);
}

#[test]
fn a_pin_is_no_obstacle_on_a_product_that_has_none() {
    let (mut key, _) = used_key();
    assert_eq!(key.make(&discoverable_request(2)), Err(Status::PUAT_REQUIRED));
    let mut without = newer();
    without.get_info.options.retain(|option, _| option != "clientPin" && option != "pinUvAuthToken");
    key.authenticator.upgrade(without, Keep::Everything);
    assert!(key.make(&discoverable_request(2)).is_ok());
}

#[test]
fn an_update_restarts_what_is_behind_ctaphid_too() {
    let mut driver = Driver::new(Key::new(&security_key()).authenticator);
    let mut updated = newer();
    updated.firmware = Some("2.5.1".into());
    driver.upgrade(updated, Keep::Everything);
    let init = keyrig_ctap::ctaphid::Message {
        channel: keyrig_ctap::ctaphid::Channel::BROADCAST,
        command: keyrig_ctap::ctaphid::Command::INIT,
        payload: [1; 8].to_vec(),
    };
    let report = init.fragment().unwrap().next().unwrap();
    let outputs: Vec<_> = driver.handle(Instant::POWER_UP, crate::ctaphid::Input::Report(&report)).collect();
    let [crate::ctaphid::Output::Report(welcome)] = &outputs[..] else { panic!("{outputs:?}") };
    assert_eq!(welcome[20..23], [2, 5, 1], "CTAPHID_INIT tells the firmware's version");
}

#[test]
fn a_worn_out_store_is_full_before_its_time_and_for_good() {
    let mut key = Key::new(&security_key());
    key.authenticator.wear_out(1);
    assert_eq!(key.info().remaining_discoverable_credentials, Some(1));
    let id = key.enrol(&discoverable_request(1));
    assert_eq!(key.make(&discoverable_request(2)), Err(Status::KEY_STORE_FULL));
    assert!(key.make(&make_request()).is_ok(), "a server-side credential takes no room");
    let _ = key.authenticator.forget(&id);
    assert!(key.make(&discoverable_request(2)).is_ok(), "a place that is free again takes another");

    drop(key.authenticator.handle(key.now, Input::PowerCycle));
    assert_eq!(key.command(Command::RESET, &[]).0, Status::OK);
    key.enrol(&discoverable_request(1));
    assert_eq!(key.make(&discoverable_request(2)), Err(Status::KEY_STORE_FULL), "a reset mends nothing");
    key.authenticator.wear_out(u32::MAX);
    assert_eq!(key.info().remaining_discoverable_credentials, Some(2), "never more than its product has");
}

#[test]
fn a_lock_out_ends_with_a_reset() {
    let (mut key, _) = used_key();
    key.authenticator.lock_out();
    assert_eq!(key.token(PIN, Permissions::GA), Err(Status::PIN_BLOCKED));
    drop(key.authenticator.handle(key.now, Input::PowerCycle));
    assert_eq!(key.token(PIN, Permissions::GA), Err(Status::PIN_BLOCKED), "power helps nothing");
    assert_eq!(key.command(Command::RESET, &[]).0, Status::OK);
    assert_eq!(key.set_pin(keyrig_ctap::pin_uv_auth::Protocol::Two, PIN), Status::OK);
    assert!(key.token(PIN, Permissions::GA).is_ok());
}
