//! The client data is in base64 with padding, as no client writes it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Answer;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/padded-base64",
    ceremonies: BOTH,
    summary: "The client data is in base64 with padding, as no client writes it.",
    changes: &["response.clientDataJSON"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let bytes = answer.bytes("clientDataJSON")?;
    let text = STANDARD.encode(&bytes);
    if answer.response()?.get("clientDataJSON").and_then(Value::as_str) == Some(text.as_str()) {
        return Err("the client data reads the same in base64");
    }
    answer.response()?.insert("clientDataJSON".to_owned(), text.into());
    Ok(())
}
