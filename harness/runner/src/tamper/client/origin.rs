//! The client data names an origin of another site.

use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/origin",
    ceremonies: BOTH,
    summary: "The client data names an origin of another site.",
    changes: &["clientData.origin"],
    argument: Argument::Optional("origin"),
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.client_data.origin = telling.argument.unwrap_or("https://evil.example").to_owned();
    Ok(())
}
