//! The client data names another site whose host ends in the same letters.

use super::rewrite;
use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/suffix-origin",
    ceremonies: BOTH,
    summary: "The client data names another site whose host ends in the same letters.",
    changes: &["clientData.origin"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.client_data.origin = rewrite::host(&draft.client_data.origin, |host| Some(format!("evil{host}")))?;
    Ok(())
}
