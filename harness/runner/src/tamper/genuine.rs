//! What a real key can be brought to do that an emulated one does by lying.

use super::TamperCall;
use crate::ceremony::Ceremony;

/// How a client brings an honest authenticator to what a tamper is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Genuine {
    /// It asks for an assertion without user presence: `up` is false.
    WithoutPresence,
    /// It leaves out what verifies the user.
    WithoutVerification,
    /// It gets two assertions and hands the second in first.
    Overtaken,
}

impl Genuine {
    /// The way to what `call` is about, where there is one. At registration there is none: an authenticator makes no
    /// credential without a user (CTAP 2.3 §6.1.2).
    pub fn way(call: &TamperCall, ceremony: Ceremony) -> Option<Self> {
        match (call.tamper.id, ceremony) {
            ("authenticator/clear-up", Ceremony::Authentication) => Some(Self::WithoutPresence),
            ("authenticator/clear-uv", Ceremony::Authentication) => Some(Self::WithoutVerification),
            ("authenticator/sign-count-back", Ceremony::Authentication) => Some(Self::Overtaken),
            _ => None,
        }
    }
}
