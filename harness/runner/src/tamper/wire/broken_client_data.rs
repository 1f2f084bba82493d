//! The client data is not JSON.

use super::Answer;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/broken-client-data",
    ceremonies: BOTH,
    summary: "The client data is not JSON.",
    changes: &["response.clientDataJSON"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let mut bytes = answer.bytes("clientDataJSON")?;
    bytes.pop();
    answer.set_bytes("clientDataJSON", &bytes)
}
