//! The client data names the origin on another port.

use super::rewrite;
use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/port-origin",
    ceremonies: BOTH,
    summary: "The client data names the origin on another port.",
    changes: &["clientData.origin"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.client_data.origin = rewrite::port(&draft.client_data.origin, 8444)?;
    Ok(())
}
