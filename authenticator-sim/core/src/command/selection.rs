//! authenticatorSelection (CTAP 2.3 §6.9).

use super::{Pending, Step};
use crate::context::{Context, success};
use crate::reason::Reason;
use crate::user::{self, Answer, Ask};

/// Versions before 2.1 do not have the command.
const VERSIONS: &[&str] = &["FIDO_2_1", "FIDO_2_2", "FIDO_2_3"];

/// Whether the product knows the command.
pub(super) fn is_offered(cx: &Context) -> bool {
    cx.cut.info.versions.iter().any(|version| VERSIONS.contains(&version.as_str()))
}

/// Asks for the touch that selects this authenticator among several.
pub(super) fn begin() -> Step {
    Step::ask(Ask::Presence, Pending::Selection)
}

pub(super) fn resume(answer: Answer) -> Result<Step, Reason> {
    user::presence(answer)?;
    Ok(Step::Done(success(&[])))
}
