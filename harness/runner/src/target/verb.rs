//! What a target can be asked to do beside ceremonies.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::environment_error::EnvironmentError;
use crate::exchange::Exchange;
use crate::outcome::Outcome;

macro_rules! verbs {
    ($($(#[$meta:meta])* $verb:ident => $name:literal,)*) => {
        /// What a target can be asked to do beside ceremonies; each is said with the cookies of the session it is
        /// called on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Verb {
            $($(#[$meta])* $verb,)*
        }

        impl Verb {
            /// Every verb, sorted by name.
            pub const ALL: &'static [Self] = &[$(Self::$verb,)*];

            /// The name in files, in kebab-case.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$verb => $name,)*
                }
            }
        }
    };
}

verbs! {
    /// `advance-clock`: `{seconds}`.
    AdvanceClock => "advance-clock",
    /// `approve`: `{user, approver}`.
    Approve => "approve",
    /// `audit`: the audit log.
    Audit => "audit",
    /// `create-user`: `{user, groups}`.
    CreateUser => "create-user",
    /// `disable`: `{user}`.
    Disable => "disable",
    /// `downstream`: a second relying party that rotations are pushed to.
    Downstream => "downstream",
    /// `enable`: `{user}`.
    Enable => "enable",
    /// `import-u2f`: `{user, key_handle, public_key}`, both base64url: takes over what a key made by U2F.
    ImportU2f => "import-u2f",
    /// `issue-pass`: `{user}`; the result is the pass.
    IssuePass => "issue-pass",
    /// `list-credentials`: `{user}`; the result is the list.
    ListCredentials => "list-credentials",
    /// `logout`.
    Logout => "logout",
    /// `policy`: the policy in force.
    Policy => "policy",
    /// `recover`: `{user, method, proofs}`.
    Recover => "recover",
    /// `revoke`: `{user, credential}`.
    Revoke => "revoke",
    /// `session-action`: `{tier}`.
    SessionAction => "session-action",
    /// `session-check`: accepted while there is a session.
    SessionCheck => "session-check",
    /// `set-groups`: `{user, groups}`.
    SetGroups => "set-groups",
    /// `use-pass`: `{user, code}`.
    UsePass => "use-pass",
}

/// What came of a verb.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VerbAnswer {
    /// How it ended.
    pub outcome: Outcome,
    /// The part of the answer that matters.
    pub result: Value,
    /// What went over the wire.
    pub exchange: Exchange,
}

/// A verb could not be said.
#[derive(Debug, Error)]
pub enum VerbError {
    /// The target has no such verb: the scenario is not applicable.
    #[error("the target has no verb {}", .0.as_str())]
    Missing(Verb),
    /// An argument that the target's form of it needs was not given.
    #[error("the target's {} needs {argument}", verb.as_str())]
    Argument {
        /// Which verb.
        verb: Verb,
        /// The argument's name.
        argument: String,
    },
    /// Trouble in the tool or around it.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_speaks_as_files_do() {
        assert!(Verb::ALL.is_sorted_by_key(|verb| verb.as_str()));
        for verb in Verb::ALL {
            assert_eq!(serde_json::to_value(verb).unwrap(), verb.as_str());
        }
    }
}
