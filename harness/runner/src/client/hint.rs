//! `hints`: what the relying party believes the request will be satisfied with (WebAuthn L3 §5.8.8).

use keyrig_ctap::profile::Attachment;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::device::DeviceDescription;

/// What a request will be satisfied with, as the relying party believes. It binds nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// A key that roams.
    SecurityKey,
    /// The client's own device.
    ClientDevice,
    /// A phone.
    Hybrid,
}

/// What a client makes of hints that contradict `authenticatorAttachment`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HintHabit {
    /// The hints take precedence: no authenticator is passed over for its attachment.
    Precedence,
    /// The attachment does; the hints only order what is shown.
    AttachmentFirst,
}

impl Hint {
    const ALL: [Self; 3] = [Self::SecurityKey, Self::ClientDevice, Self::Hybrid];

    /// As options have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SecurityKey => "security-key",
            Self::ClientDevice => "client-device",
            Self::Hybrid => "hybrid",
        }
    }

    /// Those of the options that are known; any other value is passed over.
    pub(super) fn list(options: &Value) -> Vec<Self> {
        let named = |text: &str| Self::ALL.into_iter().find(|hint| hint.as_str() == text);
        let list = options.get("hints").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).filter_map(named).collect()
    }

    /// The attachment that a relying party has to ask older clients for beside it.
    const fn attachment(self) -> Attachment {
        match self {
            Self::SecurityKey | Self::Hybrid => Attachment::CrossPlatform,
            Self::ClientDevice => Attachment::Platform,
        }
    }

    /// What it hints at is this authenticator.
    fn means(self, device: &DeviceDescription) -> bool {
        match self {
            Self::SecurityKey => device.roams(),
            Self::ClientDevice => device.attachment == Attachment::Platform,
            Self::Hybrid => device.transports.iter().any(|transport| transport == "hybrid"),
        }
    }
}

/// The attachment that still counts beside `hints`, of which the first controls.
pub(super) fn attachment_beside(hints: &[Hint], habit: HintHabit, wanted: Option<Attachment>) -> Option<Attachment> {
    match (habit, hints.first()) {
        (HintHabit::Precedence, Some(first)) => wanted.filter(|wanted| *wanted == first.attachment()),
        _ => wanted,
    }
}

/// What the hints in `options` come to with this authenticator, for people; `None` where there are none.
pub(crate) fn followed(options: &Value, device: &DeviceDescription) -> Option<String> {
    let hints = Hint::list(options);
    let first = hints.first()?;
    let names: Vec<&str> = hints.iter().map(|hint| hint.as_str()).collect();
    let end = match hints.iter().position(|hint| hint.means(device)) {
        Some(0) => "which the authenticator is".to_owned(),
        Some(_) => format!("and the authenticator is no {}, the first of them", first.as_str()),
        None => "and the authenticator is none of that".to_owned(),
    };
    Some(format!("the options hint at {}, {end}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::device::{Device as _, InProcess};

    #[test]
    fn the_first_hint_controls_and_unknown_ones_are_passed_over() {
        let hints = Hint::list(&json!({"hints": ["telepathy", "hybrid", 1, "client-device"]}));
        assert_eq!(hints, [Hint::Hybrid, Hint::ClientDevice]);
        assert_eq!(Hint::list(&json!({"hints": "hybrid"})), []);
        let beside = |habit, wanted| attachment_beside(&hints, habit, wanted);
        assert_eq!(beside(HintHabit::Precedence, Some(Attachment::Platform)), None);
        assert_eq!(beside(HintHabit::Precedence, Some(Attachment::CrossPlatform)), Some(Attachment::CrossPlatform));
        assert_eq!(beside(HintHabit::AttachmentFirst, Some(Attachment::Platform)), Some(Attachment::Platform));
        let none = attachment_beside(&[], HintHabit::Precedence, Some(Attachment::Platform));
        assert_eq!(none, Some(Attachment::Platform), "the control");
    }

    #[test]
    fn what_they_hint_at_is_told() {
        let told = |profile, hints: &[Hint]| {
            let names: Vec<&str> = hints.iter().map(|hint| hint.as_str()).collect();
            followed(&json!({"hints": names}), &InProcess::plug(profile, [1; 32]).unwrap().describe())
        };
        let (key, phone) = ("yubikey-5-nfc-5.7", "icloud-keychain");
        let ends = |told: Option<String>, words: &str| assert!(told.unwrap().ends_with(words), "{words}");
        ends(told(key, &[Hint::SecurityKey]), "at security-key, which the authenticator is");
        ends(told(key, &[Hint::Hybrid, Hint::SecurityKey]), "no hybrid, the first of them");
        ends(told(key, &[Hint::ClientDevice]), "is none of that");
        ends(told(phone, &[Hint::Hybrid]), "which the authenticator is");
        ends(told(phone, &[Hint::SecurityKey]), "is none of that");
        assert_eq!(told(key, &[]), None);
    }
}
