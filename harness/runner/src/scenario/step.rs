//! Steps as the runner takes them: valid by construction.

use std::fmt;
use std::time::Duration;

use keyrig_ctap::{Aaguid, ReasonClass};
use serde_json::Value;
use serde_saphyr::Spanned;

use super::handle::Handle;
use crate::ceremony::{Ceremony, OptionsRequest};
use crate::client::{Ignore, Mediation};
use crate::tamper::TamperCall;

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is done.
    pub verb: Verb,
    /// How it has to end.
    pub expect: Expectation,
    /// How it has to end with other drivers.
    pub by_driver: Vec<(Driver, Expectation)>,
    /// What its two controls do; `None` where it has none.
    pub control: Option<Verb>,
    /// What the controls do otherwise, in words.
    pub difference: Option<String>,
    /// What the step is for.
    pub note: Option<String>,
    /// The line of the verb in its file, from one.
    pub line: u64,
}

impl Step {
    /// How it has to end with `driver`.
    pub fn expect_with(&self, driver: Driver) -> &Expectation {
        self.by_driver.iter().find(|(of, _)| *of == driver).map_or(&self.expect, |(_, expect)| expect)
    }
}

/// Who plays the client of a ceremony.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Driver {
    /// Our own client, and an emulated authenticator.
    #[default]
    Forge,
    /// A real browser.
    Browser,
    /// Our own client, and a real key.
    Hid,
}

impl Driver {
    /// Each with its name in files.
    pub const ALL: [(&'static str, Self); 3] = [("forge", Self::Forge), ("browser", Self::Browser), ("hid", Self::Hid)];
}

/// How a step has to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// The relying party says yes.
    Accepted,
    /// It says no, for one of these reasons, or for any if there is none.
    Rejected(Vec<ReasonClass>),
    /// The client stops before it asks the relying party, with this `DOMException`.
    ClientRefuses(String),
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted"),
            Self::Rejected(classes) if classes.is_empty() => f.write_str("rejected"),
            Self::Rejected(classes) => {
                let names: Vec<&str> = classes.iter().map(|class| class.as_str()).collect();
                write!(f, "rejected({})", names.join(" or "))
            }
            Self::ClientRefuses(name) => write!(f, "client-refuses({name})"),
        }
    }
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Verb {
    /// A registration ceremony.
    Register(Box<Register>),
    /// A device registers by U2F, and the relying party takes that over.
    RegisterU2f(Box<RegisterU2f>),
    /// An authentication ceremony.
    Authenticate(Box<Authenticate>),
    /// Fetches options and compares them with a document.
    Options(Box<Options>),
    /// Does something in the user's session.
    SessionAction {
        /// The account.
        user: String,
        /// The tier that the action is for.
        tier: u8,
    },
    /// Ends the user's session.
    Logout {
        /// The account.
        user: String,
    },
    /// Creates an account.
    CreateUser {
        /// The account.
        user: String,
        /// Its groups.
        groups: Vec<String>,
    },
    /// Puts an account into these groups and no others.
    SetGroups {
        /// The account.
        user: String,
        /// Its groups.
        groups: Vec<String>,
    },
    /// Disables an account.
    Disable {
        /// The account.
        user: String,
    },
    /// Enables an account again.
    Enable {
        /// The account.
        user: String,
    },
    /// Issues a temporary access pass.
    IssuePass {
        /// The account.
        user: String,
        /// How long it is valid.
        valid_for: Option<Duration>,
    },
    /// Signs in with the pass that was issued last.
    UsePass {
        /// The account.
        user: String,
        /// Another code.
        code: Option<String>,
    },
    /// Asks for a recovery.
    Recover(Box<Recover>),
    /// Approves a recovery, or something else.
    Approve {
        /// The account that is being recovered.
        user: String,
        /// The account that approves.
        by: String,
        /// What is approved, in the target's words; a recovery if `None`.
        purpose: Option<String>,
    },
    /// Revokes the credential that a device made for an account.
    Revoke {
        /// The account.
        user: String,
        /// The device.
        device: String,
    },
    /// Compares the credentials of an account with a document.
    ListCredentials(Hold),
    /// Looks for an entry in the audit log.
    Audit(Hold),
    /// Moves the relying party's clock forward.
    AdvanceClock(Duration),
    /// Joins a second relying party that trusts the first.
    Downstream {
        /// Its name.
        name: String,
    },
    /// Something is done to a device.
    Handle(Handle),
}

/// A verb as it is written.
pub type VerbName = &'static str;

impl Verb {
    /// As it is written.
    pub const fn name(&self) -> VerbName {
        match self {
            Self::Register(_) => "register",
            Self::RegisterU2f(_) => "register-u2f",
            Self::Authenticate(_) => "authenticate",
            Self::Options(_) => "options",
            Self::SessionAction { .. } => "session-action",
            Self::Logout { .. } => "logout",
            Self::CreateUser { .. } => "create-user",
            Self::SetGroups { .. } => "set-groups",
            Self::Disable { .. } => "disable",
            Self::Enable { .. } => "enable",
            Self::IssuePass { .. } => "issue-pass",
            Self::UsePass { .. } => "use-pass",
            Self::Recover(_) => "recover",
            Self::Approve { .. } => "approve",
            Self::Revoke { .. } => "revoke",
            Self::ListCredentials(_) => "list-credentials",
            Self::Audit(_) => "audit",
            Self::AdvanceClock(_) => "advance-clock",
            Self::Downstream { .. } => "downstream",
            Self::Handle(handle) => handle.deed.name(),
        }
    }

    /// The lies in it.
    pub fn tampers(&self) -> &[Spanned<TamperCall>] {
        match self {
            Self::Register(register) => &register.scene.tampers,
            Self::Authenticate(authenticate) => &authenticate.scene.tampers,
            _ => &[],
        }
    }

    /// The ceremony that it is.
    pub const fn ceremony(&self) -> Option<Ceremony> {
        match self {
            Self::Register(_) => Some(Ceremony::Registration),
            Self::Authenticate(_) => Some(Ceremony::Authentication),
            _ => None,
        }
    }
}

/// A registration ceremony.
#[derive(Clone, Debug)]
pub struct Register {
    /// The account.
    pub user: String,
    /// The device, by name.
    pub device: String,
    /// What is plugged in under that name first; `None` for a device that is there.
    pub plug: Option<Plug>,
    /// What is asked of the options.
    pub request: OptionsRequest,
    /// Where and by whom.
    pub scene: Scene,
    /// The transports that the client reports.
    pub transports: Option<Vec<String>>,
}

/// A registration of the U2F years, before there was WebAuthn.
#[derive(Clone, Debug)]
pub struct RegisterU2f {
    /// The account.
    pub user: String,
    /// The device, by name.
    pub device: String,
    /// What is plugged in under that name first; `None` for a device that is there.
    pub plug: Option<Plug>,
    /// What its key handle is scoped to.
    pub app_id: String,
}

/// A new device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plug {
    /// Of the profile that a run takes where none is named.
    Default,
    /// Of this profile.
    Profile(Spanned<String>),
    /// With this AAGUID.
    Aaguid(Aaguid),
}

/// An authentication ceremony.
#[derive(Clone, Debug)]
pub struct Authenticate {
    /// The account; `None` for a discoverable one.
    pub user: Option<String>,
    /// The device, by name.
    pub device: String,
    /// The relying party; `None` for the first.
    pub at: Option<String>,
    /// What is asked of the options.
    pub request: OptionsRequest,
    /// Where and by whom.
    pub scene: Scene,
}

/// Where a ceremony happens and by whom.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The lies.
    pub tampers: Vec<Spanned<TamperCall>>,
    /// The page's origin.
    pub origin: Option<String>,
    /// The top-level page's origin.
    pub top_origin: Option<String>,
    /// The `Origin` header.
    pub http_origin: Option<String>,
    /// The client profile.
    pub client: Option<String>,
    /// The PIN.
    pub pin: Option<String>,
    /// The session's name.
    pub session: Option<String>,
    /// What `clientExtensionResults` have to hold.
    pub results: Option<Value>,
    /// How the page asks.
    pub mediation: Mediation,
    /// Members of the options that the client passes over.
    pub ignore: Ignore,
}

/// Fetches options and compares them with a document.
#[derive(Clone, Debug)]
pub struct Options {
    /// Of which ceremony.
    pub ceremony: Ceremony,
    /// The account.
    pub user: Option<String>,
    /// What is asked.
    pub request: OptionsRequest,
    /// What the options have to hold.
    pub hold: Value,
}

/// Asks for a recovery.
#[derive(Clone, Debug)]
pub struct Recover {
    /// The account.
    pub user: String,
    /// The method, in the target's words.
    pub method: String,
    /// The device that gives the proof.
    pub device: Option<String>,
    /// Further proofs.
    pub proofs: Value,
}

/// What a list about an account has to hold.
#[derive(Clone, Debug)]
pub struct Hold {
    /// The account.
    pub user: String,
    /// What one entry has to hold.
    pub hold: Option<Value>,
    /// How many there are.
    pub count: Option<usize>,
}
