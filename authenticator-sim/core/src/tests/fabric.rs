//! Synced copies and backup flags.

use keyrig_ctap::Status;
use keyrig_ctap::auth_data::{AuthData, Flags};
use keyrig_ctap::profile::Backup;

use super::platform::{Key, RP, discoverable_request, get_request, make_request, passkey_provider, security_key};
use crate::{Fabric, Member};

#[test]
fn a_copy_signs_with_the_same_key_on_another_authenticator() {
    let mut first = Key::seeded(&passkey_provider(), [1; 32]);
    let mut second = Key::seeded(&passkey_provider(), [2; 32]);
    let mut request = discoverable_request(1);
    request.options.uv = Some(true);
    let id = first.enrol(&request);
    let mut login = get_request(&[]);
    login.options.uv = Some(true);
    assert_eq!(second.get(&login), Err(Status::NO_CREDENTIALS));

    let source = first.authenticator.state().credential(&id).unwrap().clone();
    let change = second.authenticator.import(source);
    assert_eq!(change.edits.len(), 1);
    let (here, there) = (first.get(&login).unwrap(), second.get(&login).unwrap());
    assert_eq!(here, there, "RFC 6979: the same key over the same bytes");
}

#[test]
fn an_import_is_the_newest_and_replaces_its_older_copy() {
    let mut key = Key::new(&security_key());
    let old = key.enrol(&discoverable_request(1));
    key.enrol(&discoverable_request(2));
    let source = key.authenticator.state().credential(&old).unwrap().clone();
    let _ = key.authenticator.import(source);
    assert_eq!(key.authenticator.state().discoverable_count(), 2);
    assert_eq!(key.get(&get_request(&[])).unwrap().user.unwrap().id, [1]);
}

#[test]
fn backup_flags_change_for_old_and_new_credentials_and_leave_their_order() {
    let mut key = Key::new(&security_key());
    let ids = [1, 2, 3].map(|user| key.enrol(&discoverable_request(user)));
    let _ = key.authenticator.set_backup(Backup { eligible: true, state: false });
    let first = key.get(&get_request(&[])).unwrap();
    assert_eq!(first.user.unwrap().id, [3]);
    for id in &ids {
        let data = key.get(&get_request(core::slice::from_ref(id))).unwrap().auth_data;
        assert_eq!(AuthData::parse(&data).unwrap().flags, Flags::UP | Flags::BE);
    }
    let data = key.make(&make_request()).unwrap().auth_data;
    assert_eq!(AuthData::parse(&data).unwrap().flags, Flags::UP | Flags::BE | Flags::AT);
}

/// Two devices of one account, and what syncs them.
struct Account {
    fabric: Fabric,
    devices: [(Key, Member); 2],
}

impl Account {
    fn new() -> Self {
        let device = |seed| (Key::seeded(&passkey_provider(), [seed; 32]), Member::default());
        Self { fabric: Fabric::new(), devices: [device(1), device(2)] }
    }

    fn phone(&mut self) -> &mut Key {
        &mut self.devices[0].0
    }

    fn tablet(&mut self) -> &mut Key {
        &mut self.devices[1].0
    }

    /// Both devices sync, and then the first again, which hears what the second has said.
    fn sync(&mut self) {
        for at in [0, 1, 0] {
            let (key, member) = &mut self.devices[at];
            self.fabric.sync(member, &mut key.authenticator);
        }
    }
}

fn passkey(user: u8) -> keyrig_ctap::message::make_credential::Request {
    let mut request = discoverable_request(user);
    request.options.uv = Some(true);
    request
}

fn flags(key: &mut Key, id: &[u8]) -> Flags {
    let mut login = get_request(&[id.to_vec()]);
    login.options.uv = Some(true);
    AuthData::parse(&key.get(&login).unwrap().auth_data).unwrap().flags
}

#[test]
fn what_one_device_makes_or_deletes_all_have_or_lose() {
    let mut account = Account::new();
    let first = account.phone().enrol(&passkey(1));
    account.sync();
    let second = account.tablet().enrol(&passkey(2));
    account.sync();
    for key in [account.phone().authenticator.state().clone(), account.tablet().authenticator.state().clone()] {
        assert!(key.credential(&first).is_some() && key.credential(&second).is_some());
    }
    account.phone().authenticator.forget(&second).unwrap();
    account.sync();
    assert!(account.tablet().authenticator.state().credential(&second).is_none());
    assert_eq!(account.fabric.ids().collect::<std::vec::Vec<_>>(), [&first[..]]);
    account.sync();
    assert!(account.phone().authenticator.state().credential(&second).is_none(), "it does not come back");
}

#[test]
fn a_device_that_is_new_to_an_account_has_its_passkeys_in_the_order_of_their_creation() {
    let mut account = Account::new();
    for user in 1..=6 {
        account.phone().enrol(&passkey(user));
    }
    account.sync();
    let users = |key: &Key| {
        let passkeys = key.authenticator.state().discoverable(RP);
        passkeys.map(|source| source.user.id.clone()).collect::<std::vec::Vec<_>>()
    };
    let there = users(&account.devices[1].0);
    assert_eq!(there, [[6], [5], [4], [3], [2], [1]]);
    assert_eq!(there, users(&account.devices[0].0));
}

#[test]
fn a_synced_account_has_nothing_left_to_sync() {
    let mut account = Account::new();
    account.phone().enrol(&passkey(1));
    account.sync();
    for (key, member) in &mut account.devices {
        assert_eq!(account.fabric.sync(member, &mut key.authenticator).edits, []);
    }
}

#[test]
fn backup_state_comes_and_goes_on_every_device() {
    let mut account = Account::new();
    let (eligible, not_backed_up) = (Flags::UP | Flags::UV | Flags::BE, Backup { eligible: true, state: false });
    account.fabric.set_backup(not_backed_up);
    account.sync();
    let id = account.phone().enrol(&passkey(1));
    account.sync();
    assert_eq!([flags(account.phone(), &id), flags(account.tablet(), &id)], [eligible; 2]);
    for (state, expected) in [(true, eligible | Flags::BS), (false, eligible)] {
        account.fabric.set_backup(Backup { eligible: true, state });
        account.sync();
        assert_eq!([flags(account.phone(), &id), flags(account.tablet(), &id)], [expected; 2]);
    }
}

#[test]
fn one_passkey_can_differ_from_the_others() {
    let mut account = Account::new();
    let [first, second] = [1, 2].map(|user| account.phone().enrol(&passkey(user)));
    account.sync();
    assert!(account.fabric.set_credential_backup(&first, Backup { eligible: true, state: false }));
    assert!(!account.fabric.set_credential_backup(b"no such id", Backup::default()));
    account.sync();
    let both = Flags::UP | Flags::UV | Flags::BE | Flags::BS;
    for (key, _) in &mut account.devices {
        assert_eq!(flags(key, &first), Flags::UP | Flags::UV | Flags::BE);
        assert_eq!(flags(key, &second), both);
    }
}
