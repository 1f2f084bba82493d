//! The credential id is one that nobody registered.

use super::Answer;
use crate::tamper::{AUTHENTICATION, Argument, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/unknown-credential-id",
    ceremonies: AUTHENTICATION,
    summary: "The credential id is one that nobody registered.",
    changes: &["id", "rawId"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    answer.set_id(&[0x5a; 32]);
    Ok(())
}
