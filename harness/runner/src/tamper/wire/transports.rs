//! The client tells other transports than the authenticator has.

use serde_json::Value;

use super::Answer;
use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/transports",
    ceremonies: REGISTRATION,
    summary: "The client tells other transports than the authenticator has.",
    changes: &["response.transports"],
    argument: Argument::Optional("transports"),
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, telling: &Telling<'_>) -> Result<(), &'static str> {
    let transports = telling.argument.unwrap_or("usb").split(',').map(str::trim);
    let transports: Vec<Value> = transports.filter(|transport| !transport.is_empty()).map(Value::from).collect();
    answer.response()?.insert("transports".to_owned(), transports.into());
    Ok(())
}
