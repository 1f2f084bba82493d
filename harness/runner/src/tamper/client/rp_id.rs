//! The authenticator makes the credential for another RP ID.

use crate::client::ClientDraft;
use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/rp-id",
    ceremonies: REGISTRATION,
    summary: "The authenticator makes the credential for another RP ID.",
    changes: &["rpId"],
    argument: Argument::Optional("rp_id"),
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, telling: &Telling<'_>) -> Result<(), &'static str> {
    draft.rp_id = telling.argument.unwrap_or("evil.example").to_owned();
    Ok(())
}
