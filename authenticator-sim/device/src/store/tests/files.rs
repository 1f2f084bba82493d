//! Files that are made, and files that are refused: where, what, and what to do.

use std::fs;
use std::path::Path;

use miette::Diagnostic;
use redb::{Database, TableDefinition};

use super::edits::{profile, put};
use crate::store::{Store, StoreError};

#[cfg(unix)]
#[test]
fn a_new_file_is_its_owners_alone() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    drop(Store::create(&path, profile(), None).unwrap());
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else stays behind");

    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let said = told(&folder, Store::open(&path));
    assert_eq!(
        said,
        "open the store DIR/key: others may open it too: its mode is 0640 \
         | it holds private keys; make it yours alone: chmod 600 DIR/key"
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
}

#[test]
fn what_is_there_is_not_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let mut store = Store::create(&path, profile(), None).unwrap();
    store.commit(&put(1)).unwrap();
    let said = told(&folder, Store::create(&path, profile(), None));
    assert_eq!(
        said,
        "create the store DIR/key: there is such a file already | open it, or remove it first: rm DIR/key"
    );
    let said = told(&folder, Store::open(&path));
    assert_eq!(said, "open the store DIR/key: it is open elsewhere | end the other process, or name another file");
    drop(store);
    assert_eq!(Store::open(&path).unwrap().state().credentials().count(), 1);
}

#[test]
fn a_name_that_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        told(&folder, Store::open(&folder.path().join("key"))),
        "open the store DIR/key: there is no such file | check its name, or have it made"
    );
    assert_eq!(
        told(&folder, Store::create(&folder.path().join("keys/key"), profile(), None)),
        "create the store DIR/keys/key: there is no folder DIR/keys | make the folder: mkdir -p DIR/keys"
    );
    assert_eq!(
        told(&folder, Store::open(folder.path())),
        "open the store DIR: it is not a store of an authenticator \
         | name a file that keyrig has made, or one that does not exist yet"
    );
}

#[test]
fn other_files_are_no_stores_and_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    for bytes in [&b""[..], b"a shopping list", &[0; 5000], &[0xff; 5000]] {
        write_private(&path, bytes);
        let said = told(&folder, Store::open(&path));
        assert!(said.starts_with("open the store DIR/key: it is not a store of an authenticator | "), "{said}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    let foreign: TableDefinition<'_, u64, u64> = TableDefinition::new("foreign");
    change(&path, |database| {
        let transaction = database.begin_write().unwrap();
        transaction.open_table(foreign).unwrap().insert(1, 2).unwrap();
        transaction.commit().unwrap();
    });
    let said = told(&folder, Store::open(&path));
    assert!(said.starts_with("open the store DIR/key: it is not a store of an authenticator | "), "{said}");
}

#[test]
fn a_newer_format_is_refused_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    drop(Store::create(&path, profile(), None).unwrap());
    set(&path, "format", &2_u64.to_be_bytes());
    let said = told(&folder, Store::open(&path));
    assert_eq!(
        said,
        "open the store DIR/key: it is of format 2, and this keyrig knows format 1 \
         | open it with the keyrig that wrote it, or a newer one"
    );
    set(&path, "format", &1_u64.to_be_bytes());
    assert!(Store::open(&path).is_ok(), "nothing in it has changed");
}

#[test]
fn records_of_another_form_are_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    for (key, value, what) in [
        ("format", &b"1"[..], "its format is no number"),
        ("format", &[0; 8], "there was never a format 0"),
        ("state", &[0xa0], "profile is missing"),
        ("state", &[0xff], "the message is malformed cbor at byte 0"),
        ("seed", &[1, 2, 3], "its seed has a wrong length"),
    ] {
        let _ = fs::remove_file(&path);
        drop(Store::create(&path, profile(), Some([1; 32])).unwrap());
        set(&path, key, value);
        let said = told(&folder, Store::open(&path)).to_lowercase();
        let expected = format!(
            "open the store dir/key: it is damaged: {what} | put a copy of it in its place, or remove it and begin anew"
        );
        assert_eq!(said, expected);
    }
}

/// An error and its help, with the folder's name left out.
fn told(folder: &tempfile::TempDir, outcome: Result<Store, StoreError>) -> String {
    let error = outcome.err().expect("it is refused");
    let help = error.help().expect("it says what to do").to_string();
    format!("{error} | {help}").replace(&folder.path().display().to_string(), "DIR")
}

fn write_private(path: &Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// Writes one entry of the device's table.
fn set(path: &Path, key: &str, value: &[u8]) {
    let device: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("device");
    let database = Database::open(path).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(device).unwrap().insert(key, value).unwrap();
    transaction.commit().unwrap();
}

/// A new database of somebody else.
fn change(path: &Path, fill: impl FnOnce(&Database)) {
    write_private(path, b"");
    fill(&Database::create(path).unwrap());
}
