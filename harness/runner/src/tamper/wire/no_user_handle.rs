//! There is no user handle.

use super::Answer;
use crate::tamper::{AUTHENTICATION, Argument, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/no-user-handle",
    ceremonies: AUTHENTICATION,
    summary: "There is no user handle.",
    changes: &["response.userHandle"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    answer.response()?.remove("userHandle").map(|_| ()).ok_or("there is no user handle anyway")
}
