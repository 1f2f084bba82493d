//! The credential id is one of another user's.

use super::Answer;
use crate::tamper::{AUTHENTICATION, Argument, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/credential-id-of-another-user",
    ceremonies: AUTHENTICATION,
    summary: "The credential id is one of another user's.",
    changes: &["id", "rawId"],
    argument: Argument::Required("user"),
    need: Need::OtherUser,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, telling: &Telling<'_>) -> Result<(), &'static str> {
    let other = telling.foil.other_credential.as_ref().ok_or("the other user has no credential")?;
    answer.set_id(other);
    Ok(())
}
