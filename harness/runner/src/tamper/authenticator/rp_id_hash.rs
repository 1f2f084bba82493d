//! The authenticator data is for another relying party.

use keyrig_ctap::seal::Draft;
use sha2::{Digest as _, Sha256};

use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/rp-id-hash",
    ceremonies: BOTH,
    summary: "The authenticator data is for another relying party.",
    changes: &["authenticatorData.rpIdHash"],
    argument: Argument::Optional("rp_id"),
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, telling: &Telling<'_>) -> Result<(), &'static str> {
    let rp_id = telling.argument.unwrap_or("evil.example");
    draft.auth_data.rp_id_hash = Sha256::digest(rp_id.as_bytes()).into();
    Ok(())
}
