use core::ops::BitOr;

use crate::open::open_enum;

open_enum! {
    /// What a message asks or answers, without the bit that marks an initialization packet.
    Command(u8, "{:#04x}") {
        /// Send the payload back.
        PING = 0x01 => "CTAPHID_PING",
        /// A CTAP1/U2F message.
        MSG = 0x03 => "CTAPHID_MSG",
        /// Keep the device for this channel, for some seconds.
        LOCK = 0x04 => "CTAPHID_LOCK",
        /// Allocate a channel, or put one back in step.
        INIT = 0x06 => "CTAPHID_INIT",
        /// Show which device this is.
        WINK = 0x08 => "CTAPHID_WINK",
        /// A CTAP2 message.
        CBOR = 0x10 => "CTAPHID_CBOR",
        /// Cancel the request that is under way.
        CANCEL = 0x11 => "CTAPHID_CANCEL",
        /// The request is still under way.
        KEEPALIVE = 0x3b => "CTAPHID_KEEPALIVE",
        /// The request failed before it was a CTAP message.
        ERROR = 0x3f => "CTAPHID_ERROR",
    }
}

impl Command {
    /// Whether it lies in the range that is the vendor's, 0x40 to 0x7f.
    pub const fn is_vendor(self) -> bool {
        matches!(self.0, 0x40..=0x7f)
    }
}

open_enum! {
    /// The payload of [`Command::ERROR`].
    ErrorCode(u8, "{:#04x}") {
        /// The command is not known.
        INVALID_CMD = 0x01 => "ERR_INVALID_CMD",
        /// A parameter has a value that is not allowed.
        INVALID_PAR = 0x02 => "ERR_INVALID_PAR",
        /// The length is wrong for the command.
        INVALID_LEN = 0x03 => "ERR_INVALID_LEN",
        /// A packet is out of order.
        INVALID_SEQ = 0x04 => "ERR_INVALID_SEQ",
        /// The rest of the message did not come in time.
        MSG_TIMEOUT = 0x05 => "ERR_MSG_TIMEOUT",
        /// The device is busy with another request.
        CHANNEL_BUSY = 0x06 => "ERR_CHANNEL_BUSY",
        /// The command needs the lock.
        LOCK_REQUIRED = 0x0a => "ERR_LOCK_REQUIRED",
        /// The channel was never allocated, or was given away since.
        INVALID_CHANNEL = 0x0b => "ERR_INVALID_CHANNEL",
        /// Anything else.
        OTHER = 0x7f => "ERR_OTHER",
    }
}

open_enum! {
    /// The payload of [`Command::KEEPALIVE`].
    Keepalive(u8, "{:#04x}") {
        /// The authenticator works.
        PROCESSING = 0x01 => "STATUS_PROCESSING",
        /// The authenticator waits for the user.
        UP_NEEDED = 0x02 => "STATUS_UPNEEDED",
    }
}

/// What a device says of itself when a channel is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Capabilities(pub u8);

impl Capabilities {
    /// It knows [`Command::WINK`].
    pub const WINK: Self = Self(0x01);
    /// It knows [`Command::CBOR`].
    pub const CBOR: Self = Self(0x04);
    /// It does not know [`Command::MSG`].
    pub const NMSG: Self = Self(0x08);

    /// Whether every bit of `other` is set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Capabilities {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
