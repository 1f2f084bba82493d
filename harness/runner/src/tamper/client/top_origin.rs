//! The client data says that the page is in a frame on a page of another site.

use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/top-origin",
    ceremonies: BOTH,
    summary: "The client data says that the page is in a frame on a page of another site.",
    changes: &["clientData.crossOrigin", "clientData.topOrigin"],
    argument: Argument::Optional("origin"),
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.client_data.cross_origin = true;
    draft.client_data.top_origin = Some(telling.argument.unwrap_or("https://evil.example").to_owned());
    Ok(())
}
