//! Where the authenticators of a run come from: profiles, by id or file, or one real key.

use keyrig_ctap::Aaguid;
use keyrig_ctap::profile::{Attachment, Profile};
use keyrig_runner::device::{Device, InProcess, Place, RealKey};
use keyrig_runner::run::{Abilities, CannotPlug, skipped_with_real_key};
use keyrig_runner::scenario::{Plug, Scenario, Verb};
use keyrig_runner::{Devices as Source, Seed};

use crate::command::profile::find;
use crate::failure::Failure;
use crate::real_key::Borrowed;

/// The profile of a device for which none is named: a key that every tier of the shared policies takes.
pub(crate) const DEFAULT: &str = "yubikey-5-nfc-5.4";

/// Emulated authenticators in this process.
pub(crate) struct Devices {
    default: Profile,
}

impl Devices {
    /// With [`DEFAULT`] for devices that name none.
    ///
    /// # Errors
    ///
    /// A usage error where there is no such profile.
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self::of(find(DEFAULT)?.into_owned()))
    }

    /// With this profile for devices that name none.
    pub(crate) const fn of(default: Profile) -> Self {
        Self { default }
    }
}

impl Source for Devices {
    fn plug(&self, plug: &Plug, seed: Seed) -> Result<Box<dyn Device>, CannotPlug> {
        let device = match plug {
            Plug::Default => InProcess::plug_profile(&self.default, seed.bytes()),
            Plug::Profile(name) => {
                let profile = find(&name.value).map_err(|failure| CannotPlug::Trouble(failure.report.to_string()))?;
                InProcess::plug_profile(&profile, seed.bytes())
            }
            Plug::Aaguid(aaguid) => {
                InProcess::plug_aaguid(*aaguid, seed.bytes()).map_err(|error| CannotPlug::Trouble(error.to_string()))?
            }
        };
        Ok(Box::new(device))
    }
}

/// One real key, which every device of a scenario is.
pub(crate) struct OneKey {
    borrowed: Borrowed,
    sketch: Sketch,
}

impl OneKey {
    /// This key.
    pub(crate) fn new(key: RealKey) -> Self {
        Self { sketch: Sketch::of(&key), borrowed: Borrowed::new(key) }
    }

    /// The key is left as it was found.
    ///
    /// # Errors
    ///
    /// An environment error where it is not.
    pub(crate) fn give_back(&self) -> Result<(), Failure> {
        self.borrowed.give_back()
    }
}

impl Source for OneKey {
    fn plug(&self, _: &Plug, _: Seed) -> Result<Box<dyn Device>, CannotPlug> {
        Ok(Box::new(self.borrowed.lend()))
    }

    fn skips(&self, scenario: &Scenario) -> Option<String> {
        self.sketch.skips(scenario)
    }
}

/// What a real key says of itself that decides what can be run with it.
pub(crate) struct Sketch {
    /// `None` where it speaks U2F only.
    aaguid: Option<Aaguid>,
    verifies: bool,
    discovers: bool,
    forgets: bool,
}

impl Sketch {
    /// Of this key.
    pub(crate) fn of(key: &RealKey) -> Self {
        Self {
            aaguid: key.aaguid(),
            verifies: key.can_verify(),
            discovers: key.info().option("rk") == Some(true),
            forgets: key.can_forget(),
        }
    }

    /// Why `scenario` is skipped with the key; `None` where it can be tried.
    ///
    /// Under policy `default`, which looks at no model and asks for no verification, any security key stands in for any
    /// other, save where extensions are asked for, which not every key has.
    pub(crate) fn skips(&self, scenario: &Scenario) -> Option<String> {
        let plain = scenario.policy == "default";
        let is_key = |profile: &Profile| profile.attachment == Attachment::CrossPlatform && !profile.backup.eligible;
        let any_key = plain && !asks_for_extensions(scenario);
        let fits = |plug: &Plug| match plug {
            Plug::Default => true,
            Plug::Aaguid(wanted) => Some(*wanted) == self.aaguid,
            Plug::Profile(name) => {
                let of = |profile: &Profile| profile.get_info.speaks_ctap2().then_some(profile.aaguid);
                find(&name.value).is_ok_and(|profile| of(&profile) == self.aaguid || any_key && is_key(&profile))
            }
        };
        let abilities =
            Abilities { fits: &fits, verifies: self.verifies, discovers: self.discovers, forgets: self.forgets };
        skipped_with_real_key(scenario, !plain, &abilities)
    }
}

fn asks_for_extensions(scenario: &Scenario) -> bool {
    scenario.steps.iter().any(|step| match &step.verb {
        Verb::Register(register) => register.request.extensions.is_some(),
        Verb::Authenticate(authenticate) => authenticate.request.extensions.is_some(),
        _ => false,
    })
}

/// The authenticator that a command is given by `--device`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// A key that is not emulated here.
    Place(Place),
    /// A profile's id or file.
    Profile(String),
}

impl From<String> for Named {
    fn from(text: String) -> Self {
        text.parse().map_or(Self::Profile(text), Self::Place)
    }
}
