//! The format is `none` and yet there is a statement.

use super::Answer;
use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/none-with-statement",
    ceremonies: REGISTRATION,
    summary: "The format is `none` and yet there is a statement.",
    changes: &["response.attestationObject.fmt"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let mut object = answer.attestation()?;
    if object.format == "none" {
        return Err("there is no statement");
    }
    object.format = "none".to_owned();
    answer.set_attestation(&object)
}
