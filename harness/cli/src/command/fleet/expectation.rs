//! What is to be left on a key, compared with what was left.

use std::fmt::Display;

use keyrig_device::plugged::{Credential, Settings};
use keyrig_runner::Provisioned;
use keyrig_runner::provisioned::Wanted;
use serde::Serialize;

/// What was left on a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Left {
    pub(super) settings: Settings,
    pub(super) slots_left: u32,
    pub(super) credentials: Vec<Credential>,
}

/// What is not as expected, in words.
pub(super) fn differences(expected: &Provisioned, left: &Left) -> Vec<String> {
    let settings = &left.settings;
    let members = [
        differs("pin-is-set", expected.pin_is_set, settings.pin_is_set),
        differs("pin-must-change", expected.pin_must_change, settings.pin_must_change),
        differs("min-pin-length", expected.min_pin_length, settings.min_pin_length),
        differs("always-uv", expected.always_uv, settings.always_uv),
        differs("enterprise-attestation", expected.enterprise_attestation, settings.enterprise_attestation),
        differs("slots-left", expected.slots_left, left.slots_left),
    ];
    let credentials = expected.credentials.iter().filter_map(|wanted| missing(wanted, &left.credentials));
    members.into_iter().flatten().chain(credentials).collect()
}

fn differs<T: PartialEq + Display>(name: &str, wanted: Option<T>, found: T) -> Option<String> {
    let wanted = wanted?;
    (wanted != found).then(|| format!("{name} is {found}, not {wanted}"))
}

/// What to say where no credential fits.
fn missing(wanted: &Wanted, found: &[Credential]) -> Option<String> {
    let of_rp: Vec<&Credential> = found.iter().filter(|credential| credential.rp_id == wanted.rp_id).collect();
    if of_rp.iter().any(|credential| fits(wanted, credential)) {
        return None;
    }
    let seen: Vec<String> = of_rp.iter().map(|credential| shown(credential)).collect();
    let seen = if seen.is_empty() { "none".to_owned() } else { seen.join("; ") };
    Some(format!("no credential of {} is as expected; there is {seen}", wanted.rp_id))
}

fn fits(wanted: &Wanted, credential: &Credential) -> bool {
    wanted.user_handle.as_ref().is_none_or(|handle| *handle == credential.user_id)
        && wanted.user_name.as_ref().is_none_or(|name| Some(name) == credential.user_name.as_ref())
        && wanted.discoverable.is_none_or(|discoverable| discoverable == credential.discoverable)
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

    fn read(text: &str) -> Provisioned {
        Provisioned::read("provisioned.yaml", text).unwrap()
    }

    #[test]
    fn what_is_as_expected_differs_in_nothing() {
        let all = "{pin-is-set: true, pin-must-change: false, min-pin-length: 6, always-uv: false, slots-left: 99,
enterprise-attestation: false, credentials: [{rp-id: corp.example.com, user-name: al, user-handle: 616C, discoverable: true}]}";
        assert_eq!(differences(&read(all), &left()), [""; 0]);
        assert_eq!(differences(&Provisioned::default(), &left()), [""; 0]);
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
                "credentials: [{rp-id: corp.example.com, user-handle: \"626f62\"}]",
                "no credential of corp.example.com is as expected; there is one of user handle 616c (al, discoverable)",
            ),
            (
                "credentials: [{rp-id: corp.example.com, discoverable: false}]",
                "no credential of corp.example.com is as expected; there is one of user handle 616c (al, discoverable)",
            ),
        ] {
            assert_eq!(differences(&read(text), &left()), [words], "{text}");
        }
    }
}
