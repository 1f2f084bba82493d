//! What is signed is the hash of other client data.

use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/client-data-hash",
    ceremonies: BOTH,
    summary: "What is signed is the hash of other client data.",
    changes: &["clientDataHash"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    *draft.client_data_hash.last_mut().ok_or("the hash is empty")? ^= 1;
    Ok(())
}
