//! The client data says that the page is in a frame of another origin.

use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/cross-origin",
    ceremonies: BOTH,
    summary: "The client data says that the page is in a frame of another origin.",
    changes: &["clientData.crossOrigin"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.client_data.cross_origin = !draft.client_data.cross_origin;
    Ok(())
}
