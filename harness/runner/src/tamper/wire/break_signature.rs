//! The last bit of the signature is another one.

use super::Answer;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/break-signature",
    ceremonies: BOTH,
    summary: "The last bit of the signature is another one.",
    changes: &["response.signature", "response.attestationObject.attStmt.sig"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    answer.change_signature(|signature| {
        if let Some(last) = signature.last_mut() {
            *last ^= 1;
        }
    })
}
