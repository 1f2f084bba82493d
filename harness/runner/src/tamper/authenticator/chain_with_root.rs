//! The chain has the root too, which it need not.

use keyrig_ctap::seal::{ChainForm, Draft};

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/chain-with-root",
    ceremonies: REGISTRATION,
    summary: "The chain has the root too, which it need not.",
    changes: &["x5c"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let leaf = draft.statement.leaf_mut().ok_or("there is no certificate")?;
    leaf.chain = ChainForm::WithRoot;
    Ok(())
}
