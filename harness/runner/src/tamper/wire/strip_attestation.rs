//! The attestation is taken off, as where a person declines to convey it.

use super::Answer;
use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/strip-attestation",
    ceremonies: REGISTRATION,
    summary: "The attestation is taken off, as where a person declines to convey it.",
    changes: &[
        "response.attestationObject.fmt",
        "response.attestationObject.attStmt.alg",
        "response.attestationObject.attStmt.sig",
        "response.attestationObject.attStmt.x5c",
    ],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let mut object = answer.attestation()?;
    if object.format == "none" {
        return Err("there is no attestation");
    }
    object.format = "none".to_owned();
    object.statement = vec![0xa0];
    answer.set_attestation(&object)
}
