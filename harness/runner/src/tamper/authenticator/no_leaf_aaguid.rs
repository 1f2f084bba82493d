//! The certificate has no AAGUID extension.

use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/no-leaf-aaguid",
    ceremonies: REGISTRATION,
    summary: "The certificate has no AAGUID extension.",
    changes: &["leaf.aaguid"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let leaf = draft.statement.leaf_mut().ok_or("there is no certificate")?;
    leaf.aaguid_extension.take().map(|_| ()).ok_or("the certificate has no AAGUID extension anyway")
}
