//! What is done to a device, other than a ceremony with it.

use keyrig_ctap::gesture::Script;
use keyrig_ctap::profile::Keep;

use super::entries::Entries;

/// Something that is done to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    /// The device, by name.
    pub device: String,
    /// What is done.
    pub deed: Deed,
}

/// What is done to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Enterprise attestation is turned on in it.
    AllowEnterprise,
    /// Another device of the same provider account, by this name.
    Clone(String),
    /// A device with a copy of all that is in this one, by this name.
    Duplicate(String),
    /// What the person in front of it does next.
    Gesture(Script),
    /// It is locked as by wrong PINs.
    LockOut,
    /// Its power goes and comes back.
    PowerCycle,
    /// What was taken under this name is put back.
    Restore(String),
    /// Its backup flags are others.
    SetBackup {
        /// Those of the credential that it made for this account; all of them if `None`.
        user: Option<String>,
        /// Backup eligible.
        eligible: bool,
        /// Backup state.
        state: bool,
    },
    /// What is in it is taken under this name.
    Snapshot(String),
    /// It becomes another product.
    Upgrade {
        /// Of this profile.
        profile: String,
        /// What it keeps.
        keep: Keep,
    },
    /// There is room for so many more discoverable credentials.
    WearOut(u32),
    /// It is wiped as by a reset.
    Wipe,
}

impl Deed {
    /// As it is written.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AllowEnterprise => "allow-enterprise",
            Self::Clone(_) => "clone",
            Self::Duplicate(_) => "duplicate",
            Self::Gesture(_) => "gesture",
            Self::LockOut => "lock-out",
            Self::PowerCycle => "power-cycle",
            Self::Restore(_) => "restore",
            Self::SetBackup { .. } => "set-backup",
            Self::Snapshot(_) => "snapshot",
            Self::Upgrade { .. } => "upgrade",
            Self::WearOut(_) => "wear-out",
            Self::Wipe => "wipe",
        }
    }

    /// Reads the deed `name`, whose entries have been checked.
    pub(super) fn read(name: &str, entries: Entries<'_>) -> Option<Self> {
        Some(match name {
            "allow-enterprise" => Self::AllowEnterprise,
            "clone" => Self::Clone(entries.text("as")?),
            "duplicate" => Self::Duplicate(entries.text("as")?),
            "gesture" => Self::Gesture(entries.text("do")?.parse().ok()?),
            "lock-out" => Self::LockOut,
            "power-cycle" => Self::PowerCycle,
            "restore" => Self::Restore(entries.text("from")?),
            "set-backup" => Self::SetBackup {
                user: entries.text("user"),
                eligible: entries.flag("eligible"),
                state: entries.flag("state"),
            },
            "snapshot" => Self::Snapshot(entries.text("as")?),
            "upgrade" => Self::Upgrade { profile: entries.text("profile")?, keep: keep(&entries.text("keep")?)? },
            "wear-out" => Self::WearOut(u32::try_from(entries.count("room")?).unwrap_or(u32::MAX)),
            "wipe" => Self::Wipe,
            _ => return None,
        })
    }
}

/// What an upgrade may keep, as it is written.
pub(super) const KEEPS: &[&str] = &["everything", "device", "nothing"];

fn keep(word: &str) -> Option<Keep> {
    [Keep::Everything, Keep::Device, Keep::Nothing]
        .into_iter()
        .zip(KEEPS)
        .find(|(_, name)| **name == word)
        .map(|(keep, _)| keep)
}
