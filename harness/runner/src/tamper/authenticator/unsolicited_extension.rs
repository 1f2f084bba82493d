//! There is an extension output that nobody asked for.

use keyrig_ctap::auth_data::Flags;
use keyrig_ctap::cbor::Value;
use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/unsolicited-extension",
    ceremonies: BOTH,
    summary: "There is an extension output that nobody asked for.",
    changes: &["authenticatorData.flags", "authenticatorData.extensions"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    if draft.auth_data.extensions.is_some() {
        return Err("there are extension outputs");
    }
    draft.auth_data.flags |= Flags::ED;
    let outputs = Value::Map(vec![(Value::from("keyrig.unsolicited"), Value::from(true))]);
    draft.auth_data.extensions = Some(outputs.to_canonical());
    Ok(())
}
