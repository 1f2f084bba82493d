//! The certificate leads to another product's root.

use keyrig_ctap::seal::{Draft, Issuer};

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/other-root",
    ceremonies: REGISTRATION,
    summary: "The certificate leads to another product's root.",
    changes: &["leaf.issuer"],
    argument: Argument::Required("profile"),
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, telling: &Telling<'_>) -> Result<(), &'static str> {
    let leaf = draft.statement.leaf_mut().ok_or("there is no certificate")?;
    let profile = telling.argument.ok_or("no profile was named")?;
    leaf.issuer = Issuer::Profile(profile.to_owned());
    Ok(())
}
