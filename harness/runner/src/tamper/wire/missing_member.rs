//! A member of the answer is missing.

use super::Answer;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/missing-member",
    ceremonies: BOTH,
    summary: "A member of the answer is missing.",
    changes: &["response.clientDataJSON"],
    argument: Argument::Optional("member"),
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, telling: &Telling<'_>) -> Result<(), &'static str> {
    let member = telling.argument.unwrap_or("clientDataJSON");
    let gone = answer.response()?.remove(member).or_else(|| answer.0.as_object_mut()?.remove(member));
    gone.map(|_| ()).ok_or("there is no such member")
}
