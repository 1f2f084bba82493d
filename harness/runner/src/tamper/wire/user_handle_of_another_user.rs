//! The user handle is another user's.

use super::Answer;
use crate::tamper::{AUTHENTICATION, Argument, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/user-handle-of-another-user",
    ceremonies: AUTHENTICATION,
    summary: "The user handle is another user's.",
    changes: &["response.userHandle"],
    argument: Argument::Required("user"),
    need: Need::OtherUser,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, telling: &Telling<'_>) -> Result<(), &'static str> {
    let handle = telling.foil.other_user_handle.as_ref().ok_or("there is no other user")?;
    answer.set_bytes("userHandle", handle)
}
