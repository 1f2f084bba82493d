//! The client data names the opaque origin.

use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/null-origin",
    ceremonies: BOTH,
    summary: "The client data names the opaque origin.",
    changes: &["clientData.origin"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.client_data.origin = "null".to_owned();
    Ok(())
}
