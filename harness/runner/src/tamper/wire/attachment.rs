//! The client tells another attachment than the authenticator has.

use serde_json::Value;

use super::Answer;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/attachment",
    ceremonies: BOTH,
    summary: "The client tells another attachment than the authenticator has.",
    changes: &["authenticatorAttachment"],
    argument: Argument::Optional("attachment"),
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, telling: &Telling<'_>) -> Result<(), &'static str> {
    let honest = answer.0.get("authenticatorAttachment").and_then(Value::as_str);
    let other = if honest == Some("platform") { "cross-platform" } else { "platform" };
    answer.0["authenticatorAttachment"] = telling.argument.unwrap_or(other).into();
    Ok(())
}
