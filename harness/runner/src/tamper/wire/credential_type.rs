//! The credential is of a type that nobody knows.

use super::Answer;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/credential-type",
    ceremonies: BOTH,
    summary: "The credential is of a type that nobody knows.",
    changes: &["type"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    answer.0["type"] = "keyrig-unknown".into();
    Ok(())
}
