//! The smallest transport: an authenticator behind a pair of connected sockets.
//!
//! A transport only moves bytes. It reads one CTAP message, hands it to the authenticator, and writes the answer; keys,
//! gestures, time and lies stay where they are. To add one, write `serve` for its framing, as here for a length in two
//! bytes, big-endian, before each message.
//!
//! `cargo run --package keyrig-device --example transport`

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;

use keyrig_ctap::Command;
use keyrig_device::{InProcess, profiles};

fn main() -> io::Result<()> {
    let profile = profiles::find("yubikey-5-nfc-5.7").expect("the profile is embedded");
    let (mut platform, authenticator) = UnixStream::pair()?;
    let seed = [7; 32];
    let served = thread::spawn(move || serve(authenticator, InProcess::plug(profile, seed, |seal| seal)));

    send(&mut platform, &[Command::GET_INFO.0])?;
    let answer = receive(&mut platform)?.expect("an authenticator answers");
    println!("{} answers getInfo with status {:#04x} and {} bytes", profile.name, answer[0], answer.len() - 1);

    drop(platform);
    served.join().expect("the transport does not panic")
}

/// Answers messages until the other side hangs up.
fn serve(mut link: UnixStream, mut authenticator: InProcess) -> io::Result<()> {
    while let Some(message) = receive(&mut link)? {
        let answer = authenticator.transact(&message);
        send(&mut link, &answer)?;
    }
    Ok(())
}

fn send(link: &mut UnixStream, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(|_| io::Error::other("the message is too long"))?;
    link.write_all(&length.to_be_bytes())?;
    link.write_all(message)
}

/// The next message; `None` where the other side has hung up.
fn receive(link: &mut UnixStream) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 2];
    match link.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    link.read_exact(&mut message)?;
    Ok(Some(message))
}
