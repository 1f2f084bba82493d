//! The authenticator data ends too early.

use super::Answer;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/truncated-auth-data",
    ceremonies: BOTH,
    summary: "The authenticator data ends too early.",
    changes: &["response.authenticatorData", "response.attestationObject.authData"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    answer.change_auth_data(|data| data.truncate(36))
}
