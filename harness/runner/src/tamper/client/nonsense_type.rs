//! The client data is of no ceremony.

use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/nonsense-type",
    ceremonies: BOTH,
    summary: "The client data is of no ceremony.",
    changes: &["clientData.type"],
    argument: Argument::Optional("type"),
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.client_data.kind = telling.argument.unwrap_or("webauthn.nonsense").to_owned();
    Ok(())
}
