//! The attestation statement is one that the same authenticator made for another registration.

use super::Answer;
use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/statement-of-another-registration",
    ceremonies: REGISTRATION,
    summary: "The attestation statement is one that the same authenticator made for another registration.",
    changes: &["response.attestationObject.attStmt.sig"],
    argument: Argument::None,
    need: Need::OtherAnswer,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, telling: &Telling<'_>) -> Result<(), &'static str> {
    let other = telling.foil.other_answer.clone().ok_or("there is no other answer")?;
    let mut object = answer.attestation()?;
    object.statement = Answer(other).attestation()?.statement;
    answer.set_attestation(&object)
}
