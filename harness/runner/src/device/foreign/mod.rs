//! Programs that speak CTAP with a key by themselves, in place of this crate's own client: a second opinion on what a
//! key answers.
//!
//! What WebAuthn asks of a client (whether the page may use the RP ID, the client data, what the page is told) stays
//! here; PIN, CTAP messages and CTAPHID are theirs.

#[cfg(feature = "hid")]
mod ctap_hid_fido2;

use keyrig_ctap::Status;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::message::{User, get_assertion, make_credential};
use serde::{Deserialize, Serialize};

use super::real::Pin;
use super::{LinkError, Place};

/// Who speaks CTAP with the authenticator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaker {
    /// This crate.
    #[default]
    Own,
    /// The crate `ctap-hid-fido2`.
    CtapHidFido2,
}

/// How the user is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Not at all.
    None,
    /// By something of the key's own.
    BuiltIn,
    /// By the PIN, under the PIN/UV auth protocol of this number.
    Pin(Pin, u8),
}

/// A credential that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredential {
    /// What is hashed.
    pub client_data_json: String,
    /// The RP ID.
    pub rp_id: String,
    /// The account.
    pub user: User,
    /// The algorithms that will do, the preferred one first.
    pub algorithms: Vec<Algorithm>,
    /// The ids of credentials that the key must not hold.
    pub exclude: Vec<Vec<u8>>,
    /// Whether it is to be discoverable.
    pub discoverable: bool,
    /// How the user is verified.
    pub verification: Verification,
    /// The level of `credProtect`.
    pub protection: Option<u64>,
    /// `credBlob`.
    pub blob: Option<Vec<u8>>,
    /// `hmac-secret`.
    pub hmac_secret: bool,
    /// `minPinLength`.
    pub min_pin_length: bool,
}

/// An assertion that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What is hashed.
    pub client_data_json: String,
    /// The RP ID.
    pub rp_id: String,
    /// The ids of credentials that may sign; any discoverable one where it is empty.
    pub allow: Vec<Vec<u8>>,
    /// Whether a touch is asked for.
    pub presence: bool,
    /// How the user is verified.
    pub verification: Verification,
    /// Whether `credBlob` is read.
    pub blob: bool,
    /// Salts of `hmac-secret`, two at most.
    pub salts: Vec<[u8; 32]>,
}

/// An assertion, and what `hmac-secret` gave beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// What the key answered.
    pub response: get_assertion::Response,
    /// The outputs of `hmac-secret`, decrypted, one for each salt.
    pub secrets: Vec<[u8; 32]>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The key answered this.
    Status(Status),
    /// It did not answer.
    Link(LinkError),
    /// The program cannot do what is asked.
    Unable(String),
}

impl Speaker {
    /// The name of the program.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "keyrig",
            Self::CtapHidFido2 => "ctap-hid-fido2",
        }
    }

    /// Whether it reaches keys at `place`; an emulated one has none.
    pub fn reaches(self, place: Option<&Place>) -> bool {
        self == Self::Own || matches!(place, Some(Place::Hid(_)))
    }

    /// Why it cannot make the credential, or assert, with an authenticator that is not a key on USB.
    pub(super) fn only_on_usb<T>(self) -> Result<T, Trouble> {
        Err(Trouble::Unable(format!("the client {} reaches keys on USB only", self.as_str())))
    }

    /// Has the key at `path`, called `name`, make a credential.
    ///
    /// # Errors
    ///
    /// [`Trouble`].
    #[cfg(feature = "hid")]
    pub(super) fn make(
        self,
        (path, name): (&str, &str),
        new: &NewCredential,
    ) -> Result<make_credential::Response, Trouble> {
        ctap_hid_fido2::make(path, name, new)
    }

    /// Has the key at `path`, called `name`, assert: every assertion that it has.
    ///
    /// # Errors
    ///
    /// [`Trouble`].
    #[cfg(feature = "hid")]
    pub(super) fn assert(self, (path, name): (&str, &str), wanted: &Wanted) -> Result<Vec<Assertion>, Trouble> {
        ctap_hid_fido2::assert(path, name, wanted)
    }

    /// None is built in.
    #[cfg(not(feature = "hid"))]
    pub(super) fn make(self, _: (&str, &str), _: &NewCredential) -> Result<make_credential::Response, Trouble> {
        self.only_on_usb()
    }

    /// None is built in.
    #[cfg(not(feature = "hid"))]
    pub(super) fn assert(self, _: (&str, &str), _: &Wanted) -> Result<Vec<Assertion>, Trouble> {
        self.only_on_usb()
    }
}
