//! What is to be left on a key.

use std::fmt::Display;
use std::path::Path;

use keyrig_device::plugged::{Credential, Settings};
use miette::miette;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// What is to be left on a key; what is `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Expectation {
    pub(super) pin_is_set: Option<bool>,
    pub(super) pin_must_change: Option<bool>,
    pub(super) min_pin_length: Option<u64>,
    pub(super) always_uv: Option<bool>,
    pub(super) enterprise_attestation: Option<bool>,
    pub(super) slots_left: Option<u32>,
    /// Each is to be there; others may be too.
    pub(super) credentials: Vec<Wanted>,
}

/// A credential that is to be there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Wanted {
    rp_id: String,
    #[serde(default)]
    user_name: Option<String>,
    /// In hexadecimal.
    #[serde(default)]
    user_handle: Option<String>,
    #[serde(default)]
    discoverable: Option<bool>,
}

/// What was left on a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Left {
    pub(super) settings: Settings,
    pub(super) slots_left: u32,
    pub(super) credentials: Vec<Credential>,
}

impl Expectation {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// A usage error with line and column of what is wrong in it.
    pub(super) fn load(path: &Path) -> Result<Self, Failure> {
        let failed = |why: &dyn Display| Failure::usage(miette!("failed to read {}: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
        serde_saphyr::from_str(&text).map_err(|error| failed(&error))
    }

    /// What is not as expected, in words.
    pub(super) fn differences(&self, left: &Left) -> Vec<String> {
        let settings = &left.settings;
        let members = [
            differs("pin-is-set", self.pin_is_set, settings.pin_is_set),
            differs("pin-must-change", self.pin_must_change, settings.pin_must_change),
            differs("min-pin-length", self.min_pin_length, settings.min_pin_length),
            differs("always-uv", self.always_uv, settings.always_uv),
            differs("enterprise-attestation", self.enterprise_attestation, settings.enterprise_attestation),
            differs("slots-left", self.slots_left, left.slots_left),
        ];
        let credentials = self.credentials.iter().filter_map(|wanted| wanted.missing(&left.credentials));
        members.into_iter().flatten().chain(credentials).collect()
    }
}

fn differs<T: PartialEq + Display>(name: &str, wanted: Option<T>, found: T) -> Option<String> {
    let wanted = wanted?;
    (wanted != found).then(|| format!("{name} is {found}, not {wanted}"))
}

impl Wanted {
    /// What to say where nothing fits.
    fn missing(&self, found: &[Credential]) -> Option<String> {
        let of_rp: Vec<&Credential> = found.iter().filter(|credential| credential.rp_id == self.rp_id).collect();
        if of_rp.iter().any(|credential| self.fits(credential)) {
            return None;
        }
        let seen: Vec<String> = of_rp.iter().map(|credential| shown(credential)).collect();
        let seen = if seen.is_empty() { "none".to_owned() } else { seen.join("; ") };
        Some(format!("no credential of {} is as expected; there is {seen}", self.rp_id))
    }

    fn fits(&self, credential: &Credential) -> bool {
        let handle = self.user_handle.as_ref().map(|handle| handle.to_lowercase());
        handle.is_none_or(|handle| handle == credential.user_id)
            && self.user_name.as_ref().is_none_or(|name| Some(name) == credential.user_name.as_ref())
            && self.discoverable.is_none_or(|discoverable| discoverable == credential.discoverable)
    }
}

fn shown(credential: &Credential) -> String {
    let name = credential.user_name.as_deref().unwrap_or("without a name");
    let kind = if credential.discoverable { "discoverable" } else { "server-side" };
    format!("one of user handle {} ({name}, {kind})", credential.user_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left() -> Left {
        let settings = Settings {
            pin_is_set: true,
            pin_must_change: false,
            min_pin_length: 6,
            always_uv: false,
            enterprise_attestation: false,
        };
        let credential = Credential {
            id: "00".to_owned(),
            rp_id: "corp.example.com".to_owned(),
            user_id: "616c".to_owned(),
            user_name: Some("al".to_owned()),
            algorithm: -7,
            discoverable: true,
            backup_eligible: false,
            backup_state: false,
            sign_count: 1,
        };
        Left { settings, slots_left: 99, credentials: vec![credential] }
    }

    fn read(text: &str) -> Expectation {
        serde_saphyr::from_str(text).unwrap()
    }

    #[test]
    fn what_is_as_expected_differs_in_nothing() {
        let all = "{pin-is-set: true, pin-must-change: false, min-pin-length: 6, always-uv: false, slots-left: 99,
enterprise-attestation: false, credentials: [{rp-id: corp.example.com, user-name: al, user-handle: 616C, discoverable: true}]}";
        assert_eq!(read(all).differences(&left()), [""; 0]);
        assert_eq!(Expectation::default().differences(&left()), [""; 0]);
    }

    #[test]
    fn each_member_differs_by_itself() {
        for (text, words) in [
            ("pin-is-set: false", "pin-is-set is true, not false"),
            ("pin-must-change: true", "pin-must-change is false, not true"),
            ("min-pin-length: 8", "min-pin-length is 6, not 8"),
            ("always-uv: true", "always-uv is false, not true"),
            ("enterprise-attestation: true", "enterprise-attestation is false, not true"),
            ("slots-left: 98", "slots-left is 99, not 98"),
            ("credentials: [{rp-id: other.example}]", "no credential of other.example is as expected; there is none"),
            (
                "credentials: [{rp-id: corp.example.com, user-handle: 626f62}]",
                "no credential of corp.example.com is as expected; there is one of user handle 616c (al, discoverable)",
            ),
            (
                "credentials: [{rp-id: corp.example.com, discoverable: false}]",
                "no credential of corp.example.com is as expected; there is one of user handle 616c (al, discoverable)",
            ),
        ] {
            assert_eq!(read(text).differences(&left()), [words], "{text}");
        }
    }
}
