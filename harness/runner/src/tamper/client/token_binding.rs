//! The client data claims a token binding, which Level 3 has no more.

use serde_json::json;

use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/token-binding",
    ceremonies: BOTH,
    summary: "The client data claims a token binding, which Level 3 has no more.",
    changes: &["clientData.tokenBinding"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let binding = json!({"status": "present", "id": "AAECAwQFBgcICQoLDA0ODw"});
    draft.client_data.other.push(("tokenBinding".to_owned(), binding));
    Ok(())
}
