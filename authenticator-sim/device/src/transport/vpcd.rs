//! A card in the virtual PC/SC reader `vpcd` of vsmartcard, which `pcscd` shows to every program like any other reader.
//!
//! The card is on the reader for as long as the [`Reader`] is connected. Messages go both ways as a length, two bytes in
//! network order, and that many bytes; a message of one byte to the card is an order and no command.

use std::io;
use std::net::{self, IpAddr, Ipv4Addr, SocketAddr};

use miette::Diagnostic;
use thiserror::Error;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// The port that `vpcd` waits for cards at, as Debian configures it.
pub const PORT: u16 = 0x8c7b;

/// The longest name in an answer to reset: what one length and the capabilities leave of 15 historical bytes.
const LONGEST_NAME: usize = 9;

/// What the reader wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The card has no power from now on.
    PowerOff,
    /// The card has power from now on.
    PowerOn,
    /// The card loses its power for a moment.
    Reset,
    /// Answer this command by [`Reader::respond`].
    Command(Vec<u8>),
}

/// Why no card can be put on the reader.
#[derive(Debug, Error, Diagnostic)]
#[error("put a card on the virtual reader at {address}: {source}")]
#[diagnostic(help(
    "the reader is Debian's vsmartcard-vpcd, which pcscd runs: type `sudo apt-get install pcscd vsmartcard-vpcd`, then \
     `sudo systemctl restart pcscd`, or `sudo pcscd` where there is no systemd; it has room for one card at a time"
))]
pub struct ReaderError {
    address: SocketAddr,
    source: io::Error,
}

/// A virtual reader with a card on it.
#[derive(Debug)]
pub struct Reader {
    stream: TcpStream,
    /// What has come of the next message.
    come: Vec<u8>,
    answer_to_reset: Vec<u8>,
}

impl Reader {
    /// The address of the reader on this machine.
    pub const fn local(port: u16) -> SocketAddr {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
    }

    /// Puts a card on the reader. Programs that list what is on it read `name`, of which nine bytes are kept.
    ///
    /// # Errors
    ///
    /// [`ReaderError`], which says what to type.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime that does I/O.
    pub fn connect(address: SocketAddr, name: &str) -> Result<Self, ReaderError> {
        let stream = connect(address).map_err(|source| ReaderError { address, source })?;
        Ok(Self { stream, come: Vec::new(), answer_to_reset: answer_to_reset(name) })
    }

    /// What the reader wants next; `None` where it is gone. A call that is dropped before it has ended loses nothing.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub async fn event(&mut self) -> io::Result<Option<Event>> {
        loop {
            while let Some(message) = self.message() {
                match *message {
                    [0] => return Ok(Some(Event::PowerOff)),
                    [1] => return Ok(Some(Event::PowerOn)),
                    [2] => return Ok(Some(Event::Reset)),
                    [4] => self.stream.write_all(&framed(&self.answer_to_reset)?).await?,
                    // Nobody knows another order, and nothing is no command.
                    [] | [_] => {}
                    _ => return Ok(Some(Event::Command(message))),
                }
            }
            self.stream.readable().await?;
            let mut buffer = [0; 4096];
            match self.stream.try_read(&mut buffer) {
                Ok(0) => return Ok(None),
                Ok(more) => self.come.extend_from_slice(&buffer[..more]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    /// Answers a command.
    ///
    /// # Errors
    ///
    /// What the operating system says; `InvalidInput` for a response that no length can tell.
    pub async fn respond(&mut self, response: &[u8]) -> io::Result<()> {
        self.stream.write_all(&framed(response)?).await
    }

    /// The next message, if all of it has come.
    fn message(&mut self) -> Option<Vec<u8>> {
        let (length, rest) = self.come.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let message = rest.get(..length)?.to_vec();
        self.come.drain(..2 + length);
        Some(message)
    }
}

/// A message with its length before it.
fn framed(message: &[u8]) -> io::Result<Vec<u8>> {
    let length = u16::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    Ok([&length.to_be_bytes(), message].concat())
}

/// The reader is on this machine: it is there at once or not at all.
fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = net::TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    TcpStream::from_std(stream)
}

/// What the card says when it gets power: T=1, and historical bytes with its capabilities (command chaining, extended
/// lengths) and its name, in the compact form of ISO/IEC 7816-4.
fn answer_to_reset(name: &str) -> Vec<u8> {
    let name = name.as_bytes();
    let name = name.get(..LONGEST_NAME).unwrap_or(name);
    let historical = [&[0x80, 0x73, 0xc0, 0x21, 0xc0, 0x50 | name.len() as u8], name].concat();
    let body = [&[0x80 | historical.len() as u8, 0x80, 0x01], historical.as_slice()].concat();
    let check = body.iter().fold(0, |check, byte| check ^ byte);
    [&[0x3b], body.as_slice(), &[check]].concat()
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use super::*;

    /// A reader as `vpcd` is one, and the card on it.
    async fn pair() -> (TcpStream, Reader) {
        let listener = TcpListener::bind(Reader::local(0)).await.unwrap();
        let card = Reader::connect(listener.local_addr().unwrap(), "keyrig").unwrap();
        (listener.accept().await.unwrap().0, card)
    }

    #[tokio::test]
    async fn orders_and_commands_are_told_apart_however_they_come() {
        let (mut vpcd, mut card) = pair().await;
        let messages: &[u8] = &[0, 1, 1, 0, 1, 9, 0, 0, 0, 5, 0, 0xa4, 4, 0, 0, 0, 1, 2, 0, 1, 0];
        let sending = tokio::spawn(async move {
            for byte in messages {
                vpcd.write_all(&[*byte]).await.unwrap();
                vpcd.flush().await.unwrap();
                tokio::task::yield_now().await;
            }
            vpcd
        });
        assert_eq!(card.event().await.unwrap(), Some(Event::PowerOn));
        assert_eq!(card.event().await.unwrap(), Some(Event::Command(vec![0, 0xa4, 4, 0, 0])));
        assert_eq!(card.event().await.unwrap(), Some(Event::Reset));
        assert_eq!(card.event().await.unwrap(), Some(Event::PowerOff));
        let mut vpcd = sending.await.unwrap();
        card.respond(&[1, 2, 0x90, 0]).await.unwrap();
        let mut answer = [0; 6];
        vpcd.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, [0, 4, 1, 2, 0x90, 0]);
        drop(vpcd);
        assert_eq!(card.event().await.unwrap(), None, "the reader is gone");
        assert!(card.respond(&[0; 65_536]).await.is_err(), "no length can tell it");
    }

    #[tokio::test]
    async fn the_answer_to_reset_names_the_card() {
        let (mut vpcd, mut card) = pair().await;
        vpcd.write_all(&[0, 1, 4, 0, 1, 0]).await.unwrap();
        assert_eq!(card.event().await.unwrap(), Some(Event::PowerOff), "the question is the reader's own business");
        let mut atr = [0; 19];
        vpcd.read_exact(&mut atr).await.unwrap();
        assert_eq!(atr[..2], [0, 17]);
        assert_eq!(atr[12..18], *b"keyrig");
        assert_eq!(atr[3..].iter().fold(0, |check, byte| check ^ byte), 0, "T0 to TCK");
    }

    #[tokio::test]
    async fn a_machine_without_the_reader_is_told_what_to_type() {
        let listener = TcpListener::bind(Reader::local(0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let error = Reader::connect(address, "keyrig").unwrap_err();
        assert!(error.to_string().starts_with(&format!("put a card on the virtual reader at {address}")), "{error}");
        assert!(error.help().unwrap().to_string().contains("apt-get install pcscd vsmartcard-vpcd"));
    }
}
