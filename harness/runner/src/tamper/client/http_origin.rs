//! The client data names the origin without TLS.

use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/http-origin",
    ceremonies: BOTH,
    summary: "The client data names the origin without TLS.",
    changes: &["clientData.origin"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let (scheme, rest) = draft.client_data.origin.split_once("://").ok_or("the origin has no scheme")?;
    let other = if scheme == "http" { "https" } else { "http" };
    draft.client_data.origin = format!("{other}://{rest}");
    Ok(())
}
