//! `keyrig register` and `keyrig authenticate`: one ceremony by hand.

mod authenticate;
mod expectation;
mod register;
mod report;

use std::path::PathBuf;
use std::str::FromStr;

use keyrig_ctap::Aaguid;
use keyrig_runner::Seed;
use keyrig_runner::ceremony::{Ceremony, CeremonyError, OptionsRequest, Order, Record, perform};
use keyrig_runner::client::{ClientProfile, Ignore, Mediation, Page};
use keyrig_runner::device::{Device, InProcess, Pin, Place};
use keyrig_runner::tamper::TamperCall;
use keyrig_runner::target::{Session, Target, Targets};
use miette::miette;
use serde_json::Value;

use super::profile::Tolerance;
use crate::failure::Failure;
use crate::real_key::{Borrowed, Handling, on_ctrl_c};
use crate::targets::{Chosen, Name};
use crate::vocabulary::client;
use crate::{devices, seed};
use expectation::Expected;

pub(crate) use authenticate::Words as Authenticate;
pub(crate) use register::Words as Register;

/// The PIN of an emulated key.
const PIN: &str = "271828";

/// Where a ceremony happens, by whom, and how it should end.
#[derive(clap::Args)]
struct Scene {
    /// `builtin:<policy>`, or a target file
    #[arg(long, value_name = "TARGET", default_value = "builtin:hardened")]
    target: Name,
    /// The profile that is plugged in: an id or a file
    #[arg(long, value_name = "PROFILE", conflicts_with = "aaguid")]
    profile: Option<String>,
    #[command(flatten)]
    tolerance: Tolerance,
    /// The key at this place in place of a profile: `hid`, `hid:<path>`, `nfc:<reader>`, `socket:<path>`
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["profile", "aaguid"])]
    device: Option<Place>,
    /// Leave a discoverable credential on a real key; it is deleted otherwise
    #[arg(long, requires = "device")]
    keep: bool,
    /// Plug in the catalogue's profile of this AAGUID, else a bare one that has it; no attestation is given, and
    /// attachment and conveyance in the options are ignored
    #[arg(long, value_name = "AAGUID")]
    aaguid: Option<Aaguid>,
    /// The client between page and authenticator
    #[arg(long, value_name = "CLIENT", default_value = "l3")]
    client: String,
    /// The page's origin; the target's own if left out
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,
    /// Extensions to ask the target for, as WebAuthn's JSON has them: `{"prf": {"eval": {"first": "QUJD"}}}`
    #[arg(long, value_name = "JSON", value_parser = json_object)]
    extensions: Option<Value>,
    /// A lie to tell, such as `authenticator/clear-uv` or `client/origin=https://evil.example`
    #[arg(long = "tamper", value_name = "TAMPER[=VALUE]", value_parser = TamperCall::from_str)]
    tampers: Vec<TamperCall>,
    /// How it should end: accepted, rejected, or an HTTP status
    #[arg(long, value_name = "OUTCOME", default_value = "accepted")]
    expect: expectation::Ending,
    /// Why it should be refused: the target's own word, or a reason class
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,
    /// An attestation root that the built-in relying party trusts beside those of the embedded profiles, PEM: that of a
    /// genuine key
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    #[command(flatten)]
    handling: Handling,
    /// The seed of keys and random numbers; a fresh one if left out
    #[arg(long, value_name = "SEED")]
    seed: Option<Seed>,
    /// Also talk to a target on this host, which is not this machine
    #[arg(long = "allow-host", value_name = "HOST")]
    allowed_hosts: Vec<String>,
    /// Print JSON: everything that was sent and answered
    #[arg(long)]
    json: bool,
}

/// A scene with everything in it up and ready.
struct Stage<'a> {
    scene: &'a Scene,
    seed: Seed,
    client: &'static ClientProfile,
    device: Box<dyn Device>,
    borrowed: Option<Borrowed>,
    pin: Pin,
    session: Session,
}

impl Scene {
    fn expected(&self) -> Expected {
        Expected { ending: self.expect, reason: self.reason.clone() }
    }

    async fn set(&self) -> Result<Stage<'_>, Failure> {
        let client = client(&self.client, self.device.as_ref())?;
        let seed = self.seed.unwrap_or_else(seed::fresh);
        let (device, borrowed) = self.device(seed)?;
        let target = Chosen::new(&self.target, &self.allowed_hosts, seed.bytes())?.trusting(&self.trust)?;
        let target = target.start(None).await.map_err(Failure::environment)?;
        let pin = match (device.pin(), &borrowed) {
            (Some(pin), _) => pin,
            (None, Some(_)) => Pin::new(String::new()),
            (None, None) => self.handling.given()?.unwrap_or_else(|| Pin::new(PIN.to_owned())),
        };
        Ok(Stage { scene: self, seed, client, device, borrowed, pin, session: target.session() })
    }

    fn device(&self, seed: Seed) -> Result<(Box<dyn Device>, Option<Borrowed>), Failure> {
        if let Some(place) = &self.device {
            let mut key = self.handling.open(place, on_ctrl_c())?;
            if self.keep {
                key.keep_what_is_made();
            }
            let borrowed = Borrowed::new(key);
            return Ok((Box::new(borrowed.lend()), Some(borrowed)));
        }
        let device = match self.aaguid {
            Some(aaguid) => InProcess::plug_aaguid(aaguid, seed.bytes())
                .map_err(|e| Failure::usage(miette!("failed to plug in the authenticator: {e}")))?,
            None => {
                let profile = self.tolerance.find(self.profile.as_deref().unwrap_or(devices::DEFAULT))?;
                InProcess::plug_profile(&profile, seed.bytes())
            }
        };
        Ok((Box::new(device), None))
    }
}

impl Stage<'_> {
    /// Gives a real key back as it was found, save what its owner wants to keep.
    fn give_back(self) -> Result<(), Failure> {
        drop(self.device);
        match self.borrowed {
            Some(borrowed) if !self.scene.keep => borrowed.give_back(),
            _ => Ok(()),
        }
    }

    fn target(&self) -> &Target {
        self.session.target()
    }

    /// One ceremony; where `lying`, it is the one that lies, extensions and expectation are about.
    async fn perform(
        &mut self,
        ceremony: Ceremony,
        user: Option<&str>,
        mut request: OptionsRequest,
        lying: bool,
    ) -> Result<Record, Failure> {
        if lying {
            request.extensions.clone_from(&self.scene.extensions);
        }
        let by_aaguid = self.scene.aaguid.is_some();
        let origin = self.scene.origin.clone().filter(|_| lying);
        let order = Order {
            ceremony,
            user,
            request,
            tampers: if lying { &self.scene.tampers } else { &[] },
            client: self.client,
            page: Page::new(origin.as_deref().unwrap_or(&self.session.target().file().origin)),
            pin: self.pin.as_str(),
            mediation: Mediation::default(),
            ignore: Ignore { attachment: by_aaguid, attestation: by_aaguid, ..Ignore::default() },
            transports: None,
            choose: None,
            seed: self.seed.bytes(),
        };
        perform(&order, &mut *self.device, &mut self.session).await.map_err(|error| match error {
            CeremonyError::Unable(why) => Failure::usage(miette!("failed to perform the ceremony: {why}")),
            CeremonyError::CannotLie(why) => Failure::usage(miette!("failed to tell the lie: {why}")),
            CeremonyError::Environment(error) => Failure::environment(error),
        })
    }
}

/// Reads an argument that is an object.
fn json_object(text: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
    if value.is_object() { Ok(value) } else { Err("it is JSON, but not an object".to_owned()) }
}
