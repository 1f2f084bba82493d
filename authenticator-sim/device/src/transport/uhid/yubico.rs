//! What Yubico's programs ask a key before they use it: which key it is, and which of its applications are on.
//!
//! Commands, tags and values are those of yubikey-manager, `yubikit/management.py`.

use keyrig_ctap::ctaphid::Command;
use keyrig_ctap::profile::Profile;

/// Yubico's number.
pub(super) const VENDOR: u16 = 0x1050;

const READ_CONFIG: Command = Command(0x42);

/// U2F and FIDO2: what a key whose USB identity has the FIDO interface alone can have.
const APPLICATIONS: &[u8] = &[0x02, 0x02];

/// How the names of Security Keys begin.
const SECURITY_KEY: &str = "Security Key";

mod tag {
    pub(super) const USB_SUPPORTED: u8 = 0x01;
    pub(super) const USB_ENABLED: u8 = 0x03;
    pub(super) const FORM_FACTOR: u8 = 0x04;
    pub(super) const VERSION: u8 = 0x05;
    pub(super) const NFC_SUPPORTED: u8 = 0x0d;
    pub(super) const NFC_ENABLED: u8 = 0x0e;
    pub(super) const PIN_COMPLEXITY: u8 = 0x16;
}

mod form {
    pub(super) const USB_A_KEYCHAIN: u8 = 0x01;
    pub(super) const USB_C_KEYCHAIN: u8 = 0x03;
    pub(super) const USB_C_LIGHTNING: u8 = 0x05;
    pub(super) const USB_A_BIO: u8 = 0x06;
    /// The bit of a Security Key.
    pub(super) const SECURITY_KEY: u8 = 0x40;
    /// The bit of a FIPS key.
    pub(super) const FIPS: u8 = 0x80;
}

/// Whether it is a Security Key from before firmware 5.2.8, which have a product number of their own (`yubikit/support.py`).
pub(super) fn is_early_security_key(profile: &Profile) -> bool {
    profile.name.starts_with(SECURITY_KEY) && firmware(profile) < [5, 2, 8]
}

/// The answers of a key of `profile`. It has no serial number: such a number is one key's.
pub(super) fn answers(profile: &Profile) -> Vec<(Command, Vec<u8>)> {
    vec![(READ_CONFIG, device_info(profile))]
}

/// A byte of length, and the members.
fn device_info(profile: &Profile) -> Vec<u8> {
    let mut members = Vec::new();
    let mut put = |tag: u8, value: &[u8]| {
        members.push(tag);
        members.extend(u8::try_from(value.len()));
        members.extend(value);
    };
    put(tag::USB_SUPPORTED, APPLICATIONS);
    put(tag::USB_ENABLED, APPLICATIONS);
    put(tag::FORM_FACTOR, &[form_factor(profile)]);
    put(tag::VERSION, &firmware(profile));
    if has_nfc(profile) {
        put(tag::NFC_SUPPORTED, APPLICATIONS);
        put(tag::NFC_ENABLED, APPLICATIONS);
    }
    if profile.get_info.pin_complexity_policy == Some(true) {
        put(tag::PIN_COMPLEXITY, &[1]);
    }
    let length = u8::try_from(members.len()).expect("seven short members are shorter than 256 bytes");
    [vec![length], members].concat()
}

/// Of one product in several forms, the one that the name is used for most.
fn form_factor(profile: &Profile) -> u8 {
    let name = profile.name.as_str();
    let form = match name {
        _ if name.contains("Bio") => form::USB_A_BIO,
        _ if name.contains("5Ci") => form::USB_C_LIGHTNING,
        _ if has_nfc(profile) || name.starts_with(SECURITY_KEY) => form::USB_A_KEYCHAIN,
        _ => form::USB_C_KEYCHAIN,
    };
    let bit = |is: bool, bit: u8| if is { bit } else { 0 };
    form | bit(name.starts_with(SECURITY_KEY), form::SECURITY_KEY) | bit(name.contains("FIPS"), form::FIPS)
}

fn has_nfc(profile: &Profile) -> bool {
    profile.transports.iter().any(|transport| transport == "nfc")
}

fn firmware(profile: &Profile) -> [u8; 3] {
    let mut numbers = profile.firmware.as_deref().unwrap_or_default().split('.');
    [(); 3].map(|()| numbers.next().and_then(|number| number.parse().ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles;

    fn info(id: &str) -> Vec<u8> {
        device_info(profiles::find(id).unwrap())
    }

    #[test]
    fn a_key_says_what_it_is() {
        let expected =
            [25, 0x01, 2, 2, 2, 0x03, 2, 2, 2, 0x04, 1, 0x01, 0x05, 3, 5, 7, 1, 0x0d, 2, 2, 2, 0x0e, 2, 2, 2];
        let found = info("yubikey-5-nfc-5.7");
        assert_eq!(found[1..], expected[1..]);
        assert_eq!(usize::from(found[0]), found.len() - 1);
    }

    #[test]
    fn each_form_is_told_from_the_others() {
        let form = |id: &str| info(id)[11];
        assert_eq!(form("yubikey-bio-5.7.4"), 0x06);
        assert_eq!(form("yubikey-5ci-fips-5.7.4"), 0x85);
        assert_eq!(form("security-key-nfc-5.7"), 0x41);
        assert_eq!(form("yubikey-5-5.7"), 0x03);
        assert!(!info("yubikey-5-5.7").contains(&tag::NFC_SUPPORTED));
        let mut strict = profiles::find("yubikey-5-nfc-5.7.4").unwrap().clone();
        strict.get_info.pin_complexity_policy = Some(true);
        assert!(device_info(&strict).ends_with(&[tag::PIN_COMPLEXITY, 1, 1]));
    }

    #[test]
    fn every_answer_fits_its_length() {
        for profile in profiles::all().iter().filter(|profile| profile.maker == "Yubico AB") {
            let info = device_info(profile);
            assert_eq!(usize::from(info[0]), info.len() - 1, "{}", profile.id);
        }
    }
}
