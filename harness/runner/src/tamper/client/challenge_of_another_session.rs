//! The challenge was given to another session.

use crate::base64url;
use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/challenge-of-another-session",
    ceremonies: BOTH,
    summary: "The challenge was given to another session.",
    changes: &["clientData.challenge"],
    argument: Argument::None,
    need: Need::OtherSession,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, telling: &Telling<'_>) -> Result<(), &'static str> {
    let challenge = telling.foil.other_session.as_ref().ok_or("there is no other session")?;
    draft.client_data.challenge = base64url::encode(challenge);
    Ok(())
}
