//! The challenge is one with which a ceremony succeeded already.

use crate::base64url;
use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/replayed-challenge",
    ceremonies: BOTH,
    summary: "The challenge is one with which a ceremony succeeded already.",
    changes: &["clientData.challenge"],
    argument: Argument::None,
    need: Need::UsedChallenge,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, telling: &Telling<'_>) -> Result<(), &'static str> {
    let challenge = telling.foil.used_challenge.as_ref().ok_or("no ceremony succeeded before")?;
    draft.client_data.challenge = base64url::encode(challenge);
    Ok(())
}
