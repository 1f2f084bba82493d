//! The attestation is of a format that nobody knows.

use super::Answer;
use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/unknown-format",
    ceremonies: REGISTRATION,
    summary: "The attestation is of a format that nobody knows.",
    changes: &["response.attestationObject.fmt"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let mut object = answer.attestation()?;
    object.format = "keyrig-unknown".to_owned();
    answer.set_attestation(&object)
}
