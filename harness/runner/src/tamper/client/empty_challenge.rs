//! The challenge is empty.

use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/empty-challenge",
    ceremonies: BOTH,
    summary: "The challenge is empty.",
    changes: &["clientData.challenge"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.client_data.challenge.clear();
    Ok(())
}
