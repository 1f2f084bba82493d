//! The client data has a member that nobody knows; a relying party must not mind.

use serde_json::json;

use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/extra-member",
    ceremonies: BOTH,
    summary: "The client data has a member that nobody knows; a relying party must not mind.",
    changes: &["clientData.keyrig"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.client_data.other.push(("keyrig".to_owned(), json!("nobody knows this member")));
    Ok(())
}
