//! What some lies need beside the ceremony they are told in: somebody else's challenge, id or answer.

/// What has to be at hand to tell a lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A challenge that was given to another session.
    OtherSession,
    /// A challenge with which a ceremony succeeded already.
    UsedChallenge,
    /// Another user's handle and credential ids.
    OtherUser,
    /// An honest answer of the same authenticator to another challenge.
    OtherAnswer,
}

/// What was gathered; empty where no lie needs it.
#[derive(Clone, Debug, Default)]
pub struct Foil {
    /// A challenge that was given to another session.
    pub other_session: Option<Vec<u8>>,
    /// A challenge with which a ceremony succeeded already.
    pub used_challenge: Option<Vec<u8>>,
    /// Another user's handle.
    pub other_user_handle: Option<Vec<u8>>,
    /// A credential id of another user.
    pub other_credential: Option<Vec<u8>>,
    /// An honest answer of the same authenticator to another challenge, as the client's JSON.
    pub other_answer: Option<serde_json::Value>,
}
