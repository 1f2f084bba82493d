//! The client tells the result of an extension that nobody asked for.

use serde_json::Value;

use super::Answer;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/extension-results",
    ceremonies: BOTH,
    summary: "The client tells the result of an extension that nobody asked for.",
    changes: &["clientExtensionResults.appid"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let results = answer.0.get_mut("clientExtensionResults").and_then(Value::as_object_mut);
    results.ok_or("there are no extension results")?.insert("appid".to_owned(), true.into());
    Ok(())
}
