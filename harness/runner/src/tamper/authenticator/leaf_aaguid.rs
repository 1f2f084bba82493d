//! The certificate has another AAGUID; the authenticator data has not.

use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/leaf-aaguid",
    ceremonies: REGISTRATION,
    summary: "The certificate has another AAGUID; the authenticator data has not.",
    changes: &["leaf.aaguid"],
    argument: Argument::Optional("aaguid"),
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, telling: &Telling<'_>) -> Result<(), &'static str> {
    let leaf = draft.statement.leaf_mut().ok_or("there is no certificate")?;
    let other = telling.argument.unwrap_or("00000000-0000-4000-8000-000000000000");
    leaf.aaguid_extension = Some(other.parse().map_err(|_| "that is not an AAGUID")?);
    Ok(())
}
