//! The signature is one that the same key made over another challenge.

use super::Answer;
use crate::tamper::{AUTHENTICATION, Argument, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/signature-of-another-challenge",
    ceremonies: AUTHENTICATION,
    summary: "The signature is one that the same key made over another challenge.",
    changes: &["response.signature"],
    argument: Argument::None,
    need: Need::OtherAnswer,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, telling: &Telling<'_>) -> Result<(), &'static str> {
    let other = telling.foil.other_answer.as_ref().and_then(|answer| answer.pointer("/response/signature"));
    let other = other.cloned().ok_or("there is no other answer")?;
    answer.response()?.insert("signature".to_owned(), other);
    Ok(())
}
