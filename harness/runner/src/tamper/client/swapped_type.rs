//! The client data is of the other ceremony.

use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/swapped-type",
    ceremonies: BOTH,
    summary: "The client data is of the other ceremony.",
    changes: &["clientData.type"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let other = if draft.client_data.kind == "webauthn.create" { "webauthn.get" } else { "webauthn.create" };
    draft.client_data.kind = other.to_owned();
    Ok(())
}
