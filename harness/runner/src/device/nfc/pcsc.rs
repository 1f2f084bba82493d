//! Readers that PC/SC knows.

use std::ffi::CString;
use std::time::Duration;

use pcsc::{Card, Context, MAX_BUFFER_SIZE_EXTENDED, Protocols, Scope, ShareMode};

use super::{Applet, Reader};
use crate::device::LinkError;

/// How often a card is asked how far it is.
const PAUSE: Duration = Duration::from_millis(50);

/// A card in a reader.
pub struct Laid {
    card: Card,
}

/// Selects the FIDO applet of the card in the reader whose name contains `reader`, or of the only one that has it.
/// Gives back the reader's whole name, too.
///
/// # Errors
///
/// [`LinkError`] where there is none, or more than one.
pub fn open(reader: Option<&str>) -> Result<(String, Applet<Laid>), LinkError> {
    let context = Context::establish(Scope::User).map_err(failed)?;
    let readers = context.list_readers_owned().map_err(failed)?;
    let named = |name: &&CString| reader.is_none_or(|part| name.to_string_lossy().contains(part));
    let mut found = Vec::new();
    let mut last = None;
    for name in readers.iter().filter(named) {
        match select(&context, name) {
            Ok(applet) => found.push((name.to_string_lossy().into_owned(), applet)),
            Err(error) => last = Some(format!("{}: {error}", name.to_string_lossy())),
        }
    }
    if found.len() > 1 {
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        return Err(LinkError(format!("there are keys in several readers; say which: nfc:{}", names.join(", nfc:"))));
    }
    found.pop().ok_or_else(|| LinkError(last.unwrap_or_else(|| "there is no such reader".to_owned())))
}

/// The readers that have a key in them; none where nobody knows.
pub fn find() -> Vec<String> {
    let Ok(context) = Context::establish(Scope::User) else { return Vec::new() };
    let readers = context.list_readers_owned().unwrap_or_default();
    let has_key = |name: &CString| select(&context, name).is_ok().then(|| name.to_string_lossy().into_owned());
    readers.iter().filter_map(has_key).collect()
}

fn select(context: &Context, name: &CString) -> Result<Applet<Laid>, LinkError> {
    let card = context.connect(name, ShareMode::Shared, Protocols::ANY).map_err(|error| match error {
        pcsc::Error::NoSmartcard | pcsc::Error::RemovedCard => {
            LinkError("nothing is on it; lay the key there".to_owned())
        }
        error => LinkError(format!("its card cannot be used: {error}")),
    })?;
    Applet::select(Laid { card }, PAUSE)
}

impl Reader for Laid {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkError> {
        let mut response = vec![0; MAX_BUFFER_SIZE_EXTENDED];
        match self.card.transmit(command, &mut response) {
            Ok(response) => Ok(response.to_vec()),
            Err(pcsc::Error::RemovedCard | pcsc::Error::ResetCard) => {
                Err(LinkError("it was taken off the reader".to_owned()))
            }
            Err(error) => Err(LinkError(format!("the reader fails: {error}"))),
        }
    }
}

fn failed(error: pcsc::Error) -> LinkError {
    match error {
        pcsc::Error::NoService if cfg!(target_os = "linux") => {
            LinkError("pcscd does not run; `keyrig doctor pcscd` says what to type".to_owned())
        }
        pcsc::Error::NoService => LinkError("the smart card service does not run".to_owned()),
        pcsc::Error::NoReadersAvailable => LinkError("there is no reader".to_owned()),
        error => LinkError(format!("PC/SC fails: {error}")),
    }
}
