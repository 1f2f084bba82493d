//! What a key is to its host: a USB device or a card.

use keyrig_core::{Authenticator, Change, Gesture, Keep, Prompt, ctaphid, iso7816};
use keyrig_ctap::Instant;
use keyrig_ctap::ctaphid::Report;
use keyrig_ctap::profile::Profile;

use super::port::Port;
use crate::transport::vpcd::Event;
use crate::transport::{Front, Output};

/// A key in one of its shapes.
pub(super) enum Shape {
    Usb(ctaphid::Driver),
    Card(iso7816::Card),
}

/// What happens to a key.
pub(super) enum Input<'a> {
    Arrived(&'a Arrived),
    Gesture(Gesture),
    Persisted,
    Tick,
    Inserted,
    Removed,
    PowerCycled,
}

/// What comes from the host.
#[derive(Debug)]
pub(super) enum Arrived {
    Report(Report),
    Reader(Event),
}

/// What goes to the host.
#[derive(Debug)]
pub(super) enum Sent {
    Report(Report),
    Response(Vec<u8>),
}

impl Shape {
    pub(super) const fn authenticator(&self) -> &Authenticator {
        match self {
            Self::Usb(driver) => driver.authenticator(),
            Self::Card(card) => card.authenticator(),
        }
    }

    pub(super) const fn authenticator_mut(&mut self) -> &mut Authenticator {
        match self {
            Self::Usb(driver) => driver.authenticator_mut(),
            Self::Card(card) => card.authenticator_mut(),
        }
    }

    pub(super) fn prompt(&self) -> Option<Prompt> {
        match self {
            Self::Usb(driver) => driver.prompt(),
            Self::Card(card) => card.prompt(),
        }
    }

    /// Makes it another product, in a port that has heard of it. The change is for the store.
    pub(super) fn upgrade(&mut self, profile: Profile, keep: Keep, port: &Port) -> Change {
        match self {
            Self::Usb(driver) => {
                driver.set_vendor_answers(port.vendor_answers());
                driver.upgrade(profile, keep)
            }
            Self::Card(card) => card.upgrade(profile, keep),
        }
    }
}

impl Front for Shape {
    type Input<'a> = Input<'a>;
    type Sent = Sent;

    const PERSISTED: Self::Input<'static> = Input::Persisted;

    fn handle(&mut self, now: Instant, input: Self::Input<'_>) -> impl Iterator<Item = Output<Sent>> {
        let outputs: Vec<Output<Sent>> = match self {
            Self::Usb(driver) => match for_usb(&input) {
                Some(input) => Front::handle(driver, now, input).map(|output| sent(output, Sent::Report)).collect(),
                None => Vec::new(),
            },
            Self::Card(card) => match for_card(&input) {
                Some(input) => Front::handle(card, now, input).map(|output| sent(output, Sent::Response)).collect(),
                None => Vec::new(),
            },
        };
        outputs.into_iter()
    }

    fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Usb(driver) => driver.deadline(),
            Self::Card(card) => card.deadline(),
        }
    }

    fn prompt(&self) -> Option<Prompt> {
        self.prompt()
    }
}

/// The input of a driver; readers have no business with one.
const fn for_usb<'a>(input: &Input<'a>) -> Option<ctaphid::Input<'a>> {
    Some(match input {
        Input::Arrived(Arrived::Report(report)) => ctaphid::Input::Report(report),
        Input::Arrived(Arrived::Reader(_)) => return None,
        Input::Gesture(gesture) => ctaphid::Input::Gesture(*gesture),
        Input::Persisted => ctaphid::Input::Persisted,
        Input::Tick => ctaphid::Input::Tick,
        Input::Inserted | Input::Removed | Input::PowerCycled => ctaphid::Input::PowerCycle,
    })
}

/// The input of a card. Its power goes and comes back when it is tapped anew.
fn for_card<'a>(input: &Input<'a>) -> Option<iso7816::Input<'a>> {
    Some(match input {
        Input::Arrived(Arrived::Report(_)) => return None,
        Input::Arrived(Arrived::Reader(Event::Command(command))) => iso7816::Input::Command(command),
        Input::Arrived(Arrived::Reader(Event::PowerOff | Event::PowerOn | Event::Reset)) => iso7816::Input::Reset,
        Input::Gesture(gesture) => iso7816::Input::Gesture(*gesture),
        Input::Persisted => iso7816::Input::Persisted,
        Input::Tick => iso7816::Input::Tick,
        Input::Inserted | Input::PowerCycled => iso7816::Input::Placed,
        Input::Removed => iso7816::Input::Removed,
    })
}

fn sent<T>(output: Output<T>, wrap: impl FnOnce(T) -> Sent) -> Output<Sent> {
    match output {
        Output::Send(sent) => Output::Send(wrap(sent)),
        Output::Prompt(prompt) => Output::Prompt(prompt),
        Output::Persist(change) => Output::Persist(change),
        Output::Wink => Output::Wink,
    }
}

#[cfg(test)]
mod tests {
    use keyrig_ctap::iso7816::FIDO_APPLET;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use crate::plugged::{Hand, Happening, Plan, Plugged, Port, plug};
    use crate::profiles;
    use crate::transport::vpcd::Reader;

    async fn exchange(reader: &mut TcpStream, command: &[u8]) -> Vec<u8> {
        let length = u16::try_from(command.len()).unwrap();
        reader.write_all(&[&length.to_be_bytes(), command].concat()).await.unwrap();
        let length = reader.read_u16().await.unwrap();
        let mut response = vec![0; usize::from(length)];
        reader.read_exact(&mut response).await.unwrap();
        response
    }

    #[tokio::test]
    async fn a_card_is_on_the_reader_until_it_is_taken_away() {
        let listener = TcpListener::bind(Reader::local(0)).await.unwrap();
        let port = Port::Reader(listener.local_addr().unwrap());
        let profile = profiles::find("yubikey-5-nfc-5.7").unwrap().clone();
        let Plugged { key, task } = plug(Plan::new("desk", profile, port, Hand::Always)).unwrap();
        let select = [&[0, 0xa4, 4, 0, 8], &FIDO_APPLET[..]].concat();

        let mut reader = listener.accept().await.unwrap().0;
        reader.write_all(&[0, 1, 1]).await.unwrap();
        assert_eq!(exchange(&mut reader, &select).await, b"U2F_V2\x90\x00");
        let get_info = exchange(&mut reader, &[0x80, 0x10, 0, 0, 0, 0, 1, 4]).await;
        assert!(get_info.starts_with(&[0]) && get_info.ends_with(&[0x90, 0]));
        let (heard, _) = key.log().read(0);
        let names = heard.iter().filter_map(|entry| match &entry.what {
            Happening::Message { command, summary, .. } => Some(format!("{command}: {summary}")),
            _ => None,
        });
        let names: Vec<String> = names.collect();
        assert_eq!(
            names[..3],
            ["SELECT: 8 bytes", "SW_NO_ERROR: 6 bytes", "NFCCTAP_MSG: authenticatorGetInfo, 1 byte"]
        );

        key.remove().await.unwrap();
        assert_eq!(reader.read(&mut [0; 1]).await.unwrap(), 0, "it is gone");
        key.insert().await.unwrap();
        let mut reader = listener.accept().await.unwrap().0;
        let unselected = exchange(&mut reader, &[0x80, 0x10, 0, 0, 0, 0, 1, 4]).await;
        assert_eq!(unselected, [0x69, 0x86], "it has forgotten what was selected");
        key.unplug().await.unwrap();
        task.await.unwrap().unwrap();
    }
}
