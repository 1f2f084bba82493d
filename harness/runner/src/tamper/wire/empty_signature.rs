//! The signature is empty.

use super::Answer;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/empty-signature",
    ceremonies: BOTH,
    summary: "The signature is empty.",
    changes: &["response.signature", "response.attestationObject.attStmt.sig"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    answer.change_signature(Vec::clear)
}
