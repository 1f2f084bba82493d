//! CTAPHID: CTAP messages in reports of 64 bytes (CTAP 2.3 §11.2).
//!
//! A [`Report`] is what travels, and any 64 bytes are one [`Packet`]. A [`Message`] is what they carry:
//! [`Message::fragment`] cuts it into reports, an [`Assembly`] puts it together again. Which message may come when, and
//! what answers it, is the driver's to know; what an application may ask and wait for is a [`Dialogue`]'s.

mod code;
mod dialogue;
mod init;
mod message;
mod packet;

pub use code::{Capabilities, Command, ErrorCode, Keepalive};
pub use dialogue::{Dialogue, Event, Trouble};
pub use init::{Nonce, Welcome};
pub use message::{Assembly, Fragments, Message, Progress, TooLong, WrongSequence};
pub use packet::{Channel, Continuation, Initialization, Packet, Report};

/// Bytes of a report, without a report number.
pub const REPORT_LENGTH: usize = 64;

/// Bytes of payload in an initialization packet.
pub const INITIALIZATION_PAYLOAD: usize = REPORT_LENGTH - 7;

/// Bytes of payload in a continuation packet.
pub const CONTINUATION_PAYLOAD: usize = REPORT_LENGTH - 5;

/// Bytes of the longest message: one initialization packet, and one continuation for each sequence number.
pub const LONGEST_MESSAGE: usize = INITIALIZATION_PAYLOAD + 128 * CONTINUATION_PAYLOAD;

/// The version of the protocol that [`Welcome`] tells.
pub const PROTOCOL_VERSION: u8 = 2;

/// The HID report descriptor of an authenticator: usage page 0xf1d0, usage 1, one report of 64 bytes in (0x20) and one
/// out (0x21), neither with a number (CTAP 2.3 §11.2).
pub const REPORT_DESCRIPTOR: [u8; 34] = [
    0x06, 0xd0, 0xf1, // usage page: FIDO alliance
    0x09, 0x01, // usage: authenticator
    0xa1, 0x01, // collection: application
    0x09, 0x20, // usage: data in
    0x15, 0x00, 0x26, 0xff, 0x00, // from 0 to 255
    0x75, 0x08, 0x95, 0x40, // 64 fields of 8 bits
    0x81, 0x02, // input: data, variable, absolute
    0x09, 0x21, // usage: data out
    0x15, 0x00, 0x26, 0xff, 0x00, // from 0 to 255
    0x75, 0x08, 0x95, 0x40, // 64 fields of 8 bits
    0x91, 0x02, // output: data, variable, absolute
    0xc0, // end of the collection
];
