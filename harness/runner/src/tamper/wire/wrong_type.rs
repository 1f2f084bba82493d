//! A member of the answer is a number.

use super::Answer;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/wrong-type",
    ceremonies: BOTH,
    summary: "A member of the answer is a number.",
    changes: &["response.clientDataJSON"],
    argument: Argument::Optional("member"),
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, telling: &Telling<'_>) -> Result<(), &'static str> {
    let member = telling.argument.unwrap_or("clientDataJSON");
    let place = match answer.0.pointer_mut(&format!("/response/{member}")) {
        Some(_) => answer.0.pointer_mut(&format!("/response/{member}")),
        None => answer.0.get_mut(member),
    };
    *place.ok_or("there is no such member")? = 7.into();
    Ok(())
}
