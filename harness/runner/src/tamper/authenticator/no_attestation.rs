//! The attestation is `none`.

use keyrig_ctap::seal::{Draft, Statement};

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/no-attestation",
    ceremonies: REGISTRATION,
    summary: "The attestation is `none`.",
    changes: &["statement", "leaf.aaguid", "leaf.issuer", "leaf.validity", "leaf.ca", "leaf.ou", "leaf.key", "x5c"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    if draft.statement == Statement::None {
        return Err("there is no attestation anyway");
    }
    draft.statement = Statement::None;
    Ok(())
}
