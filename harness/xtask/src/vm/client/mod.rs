//! The clients that nobody here wrote.

mod authenticator_rs;
mod chromium;
mod ctap_hid_fido2;
mod firefox;
mod keyrig;
mod libfido2;
mod libwebauthn;
mod openssh;
mod pam_u2f;
mod planted;
mod python_fido2;
mod readme;
mod speed;
mod systemd;
mod ykman;

use std::cmp::Reverse;

use super::desk::{Desk, Red};
use crate::failure::Failure;
use crate::system_packages::Need;

/// A program that uses keys.
pub(crate) struct Client {
    pub(super) name: &'static str,
    /// What of Debian it is.
    pub(super) needs: &'static [Need],
    /// Gets, outside of the guest, what Debian has not.
    pub(super) prepare: fn() -> Result<(), Failure>,
    /// What its rows are likely to take, for whoever begins with the longest.
    pub(super) seconds: u32,
    pub(super) rows: &'static [Row],
    /// Those that a neighbour on this machine would make another thing.
    pub(super) alone: &'static [Row],
}

impl Client {
    /// Both kinds of rows.
    pub(super) fn every_row(&self) -> impl Iterator<Item = &'static Row> {
        self.rows.iter().chain(self.alone)
    }
}

/// One thing that a client does with a key.
pub(super) struct Row {
    pub(super) ceremony: &'static str,
    /// Runs in the guest.
    pub(super) play: fn(&mut Desk) -> Result<(), Red>,
}

/// Sorted by name.
const ALL: &[&Client] = &[
    &authenticator_rs::CLIENT,
    &chromium::CLIENT,
    &ctap_hid_fido2::CLIENT,
    &firefox::CLIENT,
    &keyrig::CLIENT,
    &libfido2::CLIENT,
    &libwebauthn::CLIENT,
    &openssh::CLIENT,
    &pam_u2f::CLIENT,
    &planted::CLIENT,
    &python_fido2::CLIENT,
    &readme::CLIENT,
    &speed::CLIENT,
    &systemd::CLIENT,
    &ykman::CLIENT,
];

/// The names there are.
pub(super) fn names() -> Vec<&'static str> {
    ALL.iter().map(|client| client.name).collect()
}

/// The clients of these names, all where there is none.
pub(super) fn chosen(names: &[String]) -> Vec<&'static Client> {
    let wanted = |client: &&&Client| names.is_empty() || names.iter().any(|name| name == client.name);
    ALL.iter().filter(wanted).copied().collect()
}

/// The clients in the order in which guests take their rows: the longest first, so that guests end at about the same
/// time.
pub(super) fn in_turn(clients: &[&'static Client]) -> Vec<&'static Client> {
    let mut clients = clients.to_vec();
    clients.sort_by_key(|client| Reverse(client.seconds));
    clients
}

/// What is to be got where Debian has everything: nothing.
fn nothing() -> Result<(), Failure> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_name_of_its_own() {
        for client in ALL {
            let mut names: Vec<&str> = client.every_row().map(|row| row.ceremony).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), client.every_row().count(), "{}", client.name);
            assert!(!names.is_empty(), "{}", client.name);
        }
    }

    #[test]
    fn the_longest_comes_first_and_nobody_is_left_out() {
        let clients = in_turn(&chosen(&[]));
        assert!(clients.is_sorted_by_key(|client| Reverse(client.seconds)));
        assert_eq!(clients.len(), ALL.len());
    }

    #[test]
    fn a_client_is_chosen_by_its_name() {
        assert_eq!(chosen(&[]).len(), ALL.len());
        assert_eq!(chosen(&["openssh".to_owned()])[0].name, "openssh");
    }
}
