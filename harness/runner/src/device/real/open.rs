use std::path::Path;

use super::{Interrupt, Person, Place, RealKey};
#[cfg(feature = "hid")]
use crate::device::LOOK;
use crate::device::LinkError;
#[cfg(any(unix, feature = "hid"))]
use crate::device::hid::Hid;
#[cfg(unix)]
use crate::device::hid::Stream;

impl RealKey {
    /// Opens the key at `place` and asks it what it is.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where there is none, or more than one, or it does not answer.
    pub fn at(place: &Place, person: Box<dyn Person>, interrupt: Interrupt) -> Result<Self, LinkError> {
        match place {
            Place::Hid(path) => on_usb(path.as_deref(), person, interrupt),
            Place::Nfc(reader) => on_reader(reader.as_deref(), person, interrupt),
            Place::Socket(path) => behind_socket(path, person, interrupt),
        }
    }

    /// By the catalogue, where nothing else says what it is called. A key that has no AAGUID is in no catalogue.
    #[cfg(any(unix, feature = "hid", feature = "nfc"))]
    fn named_by_catalogue(mut self) -> Self {
        if !self.info().speaks_ctap2() {
            self.set_name("U2F key");
        } else if let Some(entry) = keyrig_ctap::catalogue::find(self.info().aaguid) {
            self.set_name(entry.name);
        }
        self
    }
}

impl Place {
    /// Every key on USB, and every one on a reader.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where the operating system does not tell.
    pub fn find() -> Result<Vec<Self>, LinkError> {
        Ok(keys_on_usb()?.into_iter().chain(keys_on_readers()).collect())
    }
}

#[cfg(feature = "hid")]
fn keys_on_usb() -> Result<Vec<Place>, LinkError> {
    let found = crate::device::hid::raw::find()?;
    Ok(found.into_iter().map(|key| Place::Hid(Some(key.path))).collect())
}

#[cfg(not(feature = "hid"))]
fn keys_on_usb() -> Result<Vec<Place>, LinkError> {
    Ok(Vec::new())
}

#[cfg(feature = "nfc")]
fn keys_on_readers() -> Vec<Place> {
    crate::device::nfc::pcsc::find().into_iter().map(|reader| Place::Nfc(Some(reader))).collect()
}

#[cfg(not(feature = "nfc"))]
fn keys_on_readers() -> Vec<Place> {
    Vec::new()
}

#[cfg(feature = "nfc")]
fn on_reader(reader: Option<&str>, person: Box<dyn Person>, interrupt: Interrupt) -> Result<RealKey, LinkError> {
    let (reader, applet) = crate::device::nfc::pcsc::open(reader)?;
    let place = format!("nfc:{reader}");
    RealKey::open(Box::new(applet), (place.clone(), place), person, interrupt).map(RealKey::named_by_catalogue)
}

#[cfg(not(feature = "nfc"))]
fn on_reader(_: Option<&str>, _: Box<dyn Person>, _: Interrupt) -> Result<RealKey, LinkError> {
    let why = "this keyrig was built without keys on readers; build it with the feature `nfc`";
    Err(LinkError(why.to_owned()))
}

#[cfg(feature = "hid")]
fn on_usb(path: Option<&str>, person: Box<dyn Person>, interrupt: Interrupt) -> Result<RealKey, LinkError> {
    use crate::device::hid::raw::{Raw, find};

    let found = find()?;
    let (path, product) = match (path, found.as_slice()) {
        (Some(path), found) => {
            let product = found.iter().find(|key| key.path == path).map(|key| key.product.clone());
            (path.to_owned(), product.unwrap_or_default())
        }
        (None, [only]) => (only.path.clone(), only.product.clone()),
        (None, []) => {
            return Err(LinkError(format!("there is no key on USB; {LOOK}")));
        }
        (None, several) => {
            let places: Vec<String> = several.iter().map(|key| format!("hid:{}", key.path)).collect();
            return Err(LinkError(format!("there are several keys; say which: {}", places.join(", "))));
        }
    };
    let carrier = Hid::new(Raw::open(&path)?, nonce());
    let unnamed = product.is_empty();
    let key = RealKey::open(Box::new(carrier), (format!("hid:{path}"), product), person, interrupt)?;
    Ok(if unnamed { key.named_by_catalogue() } else { key })
}

#[cfg(not(feature = "hid"))]
fn on_usb(_: Option<&str>, _: Box<dyn Person>, _: Interrupt) -> Result<RealKey, LinkError> {
    Err(LinkError("this keyrig was built without keys on USB; build it with the feature `hid`".to_owned()))
}

#[cfg(unix)]
fn behind_socket(path: &Path, person: Box<dyn Person>, interrupt: Interrupt) -> Result<RealKey, LinkError> {
    let carrier = Hid::new(Stream::connect(path)?, nonce());
    let place = format!("socket:{}", path.display());
    RealKey::open(Box::new(carrier), (place.clone(), place), person, interrupt).map(RealKey::named_by_catalogue)
}

#[cfg(not(unix))]
fn behind_socket(_: &Path, _: Box<dyn Person>, _: Interrupt) -> Result<RealKey, LinkError> {
    Err(LinkError("this operating system has no Unix sockets".to_owned()))
}

/// One that no other application has.
#[cfg(any(unix, feature = "hid"))]
fn nonce() -> [u8; 8] {
    let mut nonce = [0; 8];
    getrandom::fill(&mut nonce).expect("the operating system has random numbers");
    nonce
}
