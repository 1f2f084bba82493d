use std::thread;
use std::time::Duration;

use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::make_credential;
use keyrig_ctap::profile::Attachment;
use keyrig_ctap::{Aaguid, Command, Status, u2f};

use super::guard::{Harm, harm, harm_of_u2f, replaces_blobs};
use super::{Carrier, Interrupt, Person, Pin, Watch};
use crate::device::foreign::{Assertion, NewCredential, Speaker, Trouble, Verification, Wanted};
use crate::device::{Device, DeviceDescription, LinkError};

/// How long a person gets who was given no time.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a key that wants a touch is left alone before it gets the U2F message again.
const PAUSE: Duration = Duration::from_millis(100);

/// A key that is not emulated here.
pub struct RealKey {
    carrier: Box<dyn Carrier>,
    person: Box<dyn Person>,
    interrupt: Interrupt,
    path: String,
    name: String,
    pub(super) info: Info,
    pub(super) pin: Option<Pin>,
    granted: Duration,
    /// Whether its owner agreed that it may be changed for good.
    destructive: bool,
    /// Whether its owner wants to keep what it is made to keep.
    keeps: bool,
    /// Discoverable credentials that it was made to keep here, and that are to be taken off again.
    pub(super) made: Vec<Vec<u8>>,
    /// The large blobs as they were found, once the first of them was replaced.
    pub(super) blobs_found: Option<Vec<u8>>,
    /// Whether what is sent now takes off what it was made to keep.
    pub(super) tidying: bool,
    pub(super) cleanliness: Cleanliness,
}

/// What is left of what a key was made to keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleanliness {
    /// How many credentials were made, and taken off again.
    pub deleted: usize,
    /// The ids of those that are still there, and why.
    pub left: Vec<(Vec<u8>, String)>,
    /// Why the large blobs are not as they were found, where they are not.
    pub blobs: Option<String>,
}

impl RealKey {
    /// Asks the key at `path`, called `name`, what it is.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where it does not answer, or speaks neither CTAP2 nor U2F.
    pub fn open(
        mut carrier: Box<dyn Carrier>,
        (path, name): (String, String),
        person: Box<dyn Person>,
        interrupt: Interrupt,
    ) -> Result<Self, LinkError> {
        let info = {
            let mut nobody = super::Nobody;
            let mut watch = Watch::new(&name, &mut nobody, &interrupt, PATIENCE);
            told(&mut *carrier, &mut watch)?
        };
        Ok(Self {
            carrier,
            person,
            interrupt,
            path,
            name,
            info,
            pin: None,
            granted: PATIENCE,
            destructive: false,
            keeps: false,
            made: Vec::new(),
            blobs_found: None,
            tidying: false,
            cleanliness: Cleanliness::default(),
        })
    }

    /// With the PIN that its owner gave.
    #[must_use]
    pub fn with_pin(mut self, pin: Option<Pin>) -> Self {
        self.pin = pin;
        self
    }

    /// Its owner agreed that it may be changed for good.
    pub fn allow_lasting_changes(&mut self) {
        self.destructive = true;
    }

    /// Its owner wants to keep what it is made to keep.
    pub fn keep_what_is_made(&mut self) {
        self.keeps = true;
    }

    /// What it said of itself when it was opened.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Its AAGUID; U2F has none.
    pub fn aaguid(&self) -> Option<Aaguid> {
        self.info.speaks_ctap2().then_some(self.info.aaguid)
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    #[cfg(any(unix, feature = "hid", feature = "nfc"))]
    pub(super) fn set_name(&mut self, name: &str) {
        self.name = name.to_owned();
    }

    /// The version that the way to it tells: over CTAPHID, the device version.
    pub fn version(&self) -> Option<[u8; 3]> {
        self.carrier.version()
    }

    /// What it was made to keep, and what became of it.
    pub fn cleanliness(&self) -> &Cleanliness {
        &self.cleanliness
    }

    /// Whether what does `harm` may be done.
    fn permit(&self, harm: Harm) -> Result<(), LinkError> {
        let what = match harm {
            Harm::None => return Ok(()),
            Harm::SpendsPinTry if self.pin.is_some() => return Ok(()),
            Harm::SpendsPinTry => "guess its PIN; --pin-from says where that comes from",
            Harm::KeepsCredential if self.keeps || self.destructive || self.can_forget() && self.pin.is_some() => {
                return Ok(());
            }
            Harm::KeepsCredential => "make it keep a credential that cannot be taken off again",
            Harm::DeletesCredential if self.tidying => return Ok(()),
            Harm::DeletesCredential => "delete a credential that was there before",
            Harm::Lasting(_) if self.destructive => return Ok(()),
            Harm::Lasting(what) => what,
        };
        Err(LinkError(format!("nobody agreed to {what}: {} is a real key", self.name)))
    }

    /// Remembers a discoverable credential that was just made.
    fn remember(&mut self, message: &[u8], answer: &[u8]) {
        if self.keeps || harm(message) != Harm::KeepsCredential {
            return;
        }
        let Some((0, body)) = answer.split_first() else { return };
        if let Ok(made) = make_credential::Response::decode(body) {
            self.remember_made(&made);
        }
    }

    fn remember_made(&mut self, made: &make_credential::Response) {
        if let Some(credential) = AuthData::parse(&made.auth_data).ok().and_then(|data| data.attested) {
            self.made.push(credential.credential_id);
        }
    }

    /// The path of a key on USB, for a speaker that is about to do what the key's owner has to agree to.
    fn lend_to(&self, speaker: Speaker, verification: &Verification, keeps: bool) -> Result<String, Trouble> {
        let Some(path) = self.path.strip_prefix("hid:") else { return speaker.only_on_usb() };
        if self.interrupt.is_set() {
            return Err(Trouble::Link(interrupted()));
        }
        if keeps {
            self.permit(Harm::KeepsCredential).map_err(Trouble::Link)?;
        }
        if matches!(verification, Verification::Pin(..)) {
            self.permit(Harm::SpendsPinTry).map_err(Trouble::Link)?;
        }
        Ok(path.to_owned())
    }
}

/// What it says of itself. One that knows no CTAP2 message is asked for its version of U2F.
fn told(carrier: &mut dyn Carrier, watch: &mut Watch<'_>) -> Result<Info, LinkError> {
    let untold = |why: &str| LinkError(format!("it does not say what it is: {why}"));
    let answer = carrier.exchange(&[Command::GET_INFO.0], watch)?;
    match answer.split_first() {
        Some((0, body)) => Info::decode(body).map_err(|error| untold(&error.to_string())),
        Some((&status, _)) if Status(status) == Status::INVALID_COMMAND => {
            let answer = carrier.exchange_u2f(&u2f::version(), watch)?;
            let speaks = answer == u2f::answer(u2f::VERSION.as_bytes(), u2f::StatusWord::NO_ERROR);
            if speaks { Ok(Info::of_u2f()) } else { Err(untold("it knows neither getInfo nor U2F_VERSION")) }
        }
        Some((status, _)) => Err(untold(&Status(*status).to_string())),
        None => Err(untold("its answer is empty")),
    }
}

fn interrupted() -> LinkError {
    LinkError("it was interrupted".to_owned())
}

impl Device for RealKey {
    fn transact(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        if self.interrupt.is_set() && !self.tidying {
            return Err(interrupted());
        }
        self.permit(harm(message))?;
        if replaces_blobs(message) && !self.tidying && !self.keeps && self.blobs_found.is_none() {
            self.keep_blobs()?;
        }
        let calm = Interrupt::default();
        let interrupt = if self.tidying { &calm } else { &self.interrupt };
        let mut watch = Watch::new(&self.name, &mut *self.person, interrupt, self.granted);
        let answer = self.carrier.exchange(message, &mut watch)?;
        drop(watch);
        self.remember(message, &answer);
        Ok(answer)
    }

    fn transact_u2f(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        if self.interrupt.is_set() {
            return Err(interrupted());
        }
        self.permit(harm_of_u2f(message))?;
        let mut watch = Watch::new(&self.name, &mut *self.person, &self.interrupt, self.granted);
        loop {
            let answer = self.carrier.exchange_u2f(message, &mut watch)?;
            if !u2f::asks_for_touch(message, &answer) || watch.is_over() {
                return Ok(answer);
            }
            watch.hear(true);
            thread::sleep(PAUSE);
        }
    }

    fn make(&mut self, speaker: Speaker, new: &NewCredential) -> Result<make_credential::Response, Trouble> {
        let path = self.lend_to(speaker, &new.verification, new.discoverable)?;
        let made = speaker.make((&path, &self.name), new)?;
        if new.discoverable && !self.keeps {
            self.remember_made(&made);
        }
        Ok(made)
    }

    fn assert(&mut self, speaker: Speaker, wanted: &Wanted) -> Result<Vec<Assertion>, Trouble> {
        let path = self.lend_to(speaker, &wanted.verification, false)?;
        speaker.assert((&path, &self.name), wanted)
    }

    fn grant(&mut self, span: Duration) {
        self.granted = span;
    }

    fn describe(&self) -> DeviceDescription {
        let transports = match self.info.transports.as_slice() {
            [] => vec![self.carrier.transport().to_owned()],
            told => told.to_vec(),
        };
        let platform = self.info.option("plat") == Some(true);
        DeviceDescription {
            id: self.path.clone(),
            name: self.name.clone(),
            aaguid: self.aaguid(),
            attachment: if platform { Attachment::Platform } else { Attachment::CrossPlatform },
            transports,
            backup_eligible: None,
            emulated: false,
        }
    }

    fn pin(&self) -> Option<Pin> {
        self.pin.clone()
    }

    fn may_get_pin(&self) -> bool {
        self.destructive && self.pin.is_some()
    }

    /// What protects the PIN must not follow from a seed that reports print.
    fn entropy(&self) -> Option<[u8; 32]> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).expect("the operating system has random numbers");
        Some(seed)
    }
}
