//! Synced copies and backup flags.

use keyrig_ctap::Status;
use keyrig_ctap::auth_data::{AuthData, Flags};
use keyrig_ctap::profile::Backup;

use super::platform::{Key, discoverable_request, get_request, make_request, passkey_provider, security_key};

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
