//! Authenticators behind a socket, for a client in any language: each connection is a key of its own, whose user and
//! whose clock the client plays.
//!
//! `cargo run --package keyrig-device --example bridge` prints the port on this machine's loopback, and serves until it is
//! ended. A frame is a letter, a length in four bytes, big-endian, and that many bytes.
//!
//! | to the key | bytes | answer |
//! | --- | --- | --- |
//! | `p` plug in a new key | a profile's id or its AAGUID; a space and `broken-signatures` may follow | `o` |
//! | `a` whom its attestation comes from | nothing | `r` with the trust anchors as PEM |
//! | `c` CTAP message | command byte and parameters | `r`, or `?` first |
//! | `u` U2F message | an APDU | `r`, or `?` first |
//! | `g` gesture | `touch`, `long-touch`, `verify`, `wrong-finger` or `decline` | as the message that waits has it |
//! | `x` cancel | nothing | the same |
//! | `t` time passes | microseconds, in eight bytes, big-endian | the same, `o` where none waits |
//! | `z` power goes and comes back | nothing | `o` |
//!
//! | from the key | bytes |
//! | --- | --- |
//! | `r` the reply | status and parameters; of U2F, data and status word |
//! | `?` it waits for its user | `presence`, `verification` or `long-touch` |
//! | `o` done | nothing |
//! | `e` the frame makes no sense | why |

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use keyrig_core::entropy::Seeded;
use keyrig_core::provider::Deterministic;
use keyrig_core::seal::Honest;
use keyrig_core::{Ask, Authenticator, Gesture, Input, Output};
use keyrig_ctap::Instant;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::seal::{CannotVouch, Draft, Seal, Sealed, Voucher};
use keyrig_device::profiles::roots_pem;
use keyrig_device::{assemble, profiles};

const SEED: [u8; 32] = [7; 32];
const NO_KEY: &str = "nothing is plugged in";
const LONGEST_FRAME: u32 = 1 << 20;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("port {}", listener.local_addr()?.port());
    for link in listener.incoming() {
        let link = link?;
        // A client that hangs up in the middle of a frame takes its key with it.
        thread::spawn(move || serve(link));
    }
    Ok(())
}

fn serve(mut link: TcpStream) -> io::Result<()> {
    link.set_nodelay(true)?;
    let mut desk = Desk::default();
    while let Some((kind, body)) = receive(&mut link)? {
        let (kind, body) = desk.take(kind, &body).unwrap_or_else(|why| (b'e', why.as_bytes().to_vec()));
        send(&mut link, kind, &body)?;
    }
    Ok(())
}

/// A key, and the clock on the wall.
#[derive(Default)]
struct Desk {
    key: Option<Authenticator>,
    now: Instant,
}

type Frame = (u8, Vec<u8>);

impl Desk {
    fn take(&mut self, kind: u8, body: &[u8]) -> Result<Frame, &'static str> {
        let input = match kind {
            b'p' => return self.plug(body),
            b'a' => return self.anchors(),
            b'c' => Input::Request(body),
            b'u' => Input::Apdu(body),
            b'g' => Input::Gesture(gesture(body)?),
            b'x' => Input::Cancel,
            b't' => {
                let span = body.try_into().map_err(|_| "time is eight bytes")?;
                self.now = self.now + Duration::from_micros(u64::from_be_bytes(span));
                Input::Tick
            }
            b'z' => Input::PowerCycle,
            _ => return Err("no such frame"),
        };
        Ok(hand_over(self.key.as_mut().ok_or(NO_KEY)?, self.now, input))
    }

    fn anchors(&self) -> Result<Frame, &'static str> {
        let key = self.key.as_ref().ok_or(NO_KEY)?;
        Ok((b'r', roots_pem([key.profile()]).into_bytes()))
    }

    fn plug(&mut self, body: &[u8]) -> Result<Frame, &'static str> {
        let text = str::from_utf8(body).map_err(|_| "a profile's id is text")?;
        let (id, seal): (_, Box<dyn Seal>) = match text.strip_suffix(" broken-signatures") {
            Some(id) => (id, Box::new(BrokenSignatures)),
            None => (text, Box::new(Honest)),
        };
        let profile = by_name(id).ok_or("no such profile")?;
        self.key = Some(assemble(profile, Box::new(Deterministic), Box::new(Seeded::new(SEED)), seal));
        self.now = Instant::POWER_UP;
        Ok((b'o', Vec::new()))
    }
}

fn by_name(name: &str) -> Option<&'static Profile> {
    profiles::find(name).or_else(|| profiles::by_aaguid(name.parse().ok()?))
}

/// What an input leads to, once what it changes is stored: here, at once.
fn hand_over(key: &mut Authenticator, now: Instant, mut input: Input<'_>) -> Frame {
    loop {
        let Some(output) = key.handle(now, input).last() else { return (b'o', Vec::new()) };
        match output {
            Output::Reply(reply) => return (b'r', reply),
            Output::Prompt(prompt) => return (b'?', name(prompt.ask).as_bytes().to_vec()),
            Output::Persist(_) => input = Input::Persisted,
        }
    }
}

const fn name(ask: Ask) -> &'static str {
    match ask {
        Ask::Presence => "presence",
        Ask::Verification => "verification",
        Ask::LongTouch => "long-touch",
    }
}

fn gesture(name: &[u8]) -> Result<Gesture, &'static str> {
    Ok(match name {
        b"touch" => Gesture::Touch,
        b"long-touch" => Gesture::LongTouch,
        b"verify" => Gesture::Verify,
        b"wrong-finger" => Gesture::FailVerification,
        b"decline" => Gesture::Decline,
        _ => return Err("no such gesture"),
    })
}

/// A key that signs for another client data hash than it was asked for: whoever verifies has to notice.
struct BrokenSignatures;

impl Seal for BrokenSignatures {
    fn seal(&mut self, mut draft: Draft, voucher: &mut dyn Voucher) -> Result<Sealed, CannotVouch> {
        draft.client_data_hash.iter_mut().for_each(|byte| *byte ^= 1);
        Honest.seal(draft, voucher)
    }
}

fn send(link: &mut TcpStream, kind: u8, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len()).map_err(|_| io::Error::other("the frame is too long"))?;
    link.write_all(&[&[kind], &length.to_be_bytes()[..], body].concat())
}

/// The next frame; `None` where the other side has hung up.
fn receive(link: &mut TcpStream) -> io::Result<Option<Frame>> {
    let mut head = [0; 5];
    match link.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let [kind, length @ ..] = head;
    let length = u32::from_be_bytes(length);
    if length > LONGEST_FRAME {
        return Err(io::Error::other("the frame is too long"));
    }
    let mut body = vec![0; length as usize];
    link.read_exact(&mut body)?;
    Ok(Some((kind, body)))
}
