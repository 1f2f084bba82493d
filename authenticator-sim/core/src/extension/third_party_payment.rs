//! `thirdPartyPayment` (CTAP 2.3 §12.9): others than the relying party may ask for payments with the credential.

use keyrig_ctap::cbor::{Fields, expect_bool};

use crate::context::Context;
use crate::reason::Reason;

pub(crate) const ID: &str = "thirdPartyPayment";

pub(super) fn is_asked_for(cx: &Context, inputs: &Fields<'_, '_>) -> Result<bool, Reason> {
    let node = inputs.text(ID).filter(|_| cx.has_extension(ID));
    Ok(node.map(|node| expect_bool(node, ID)).transpose()? == Some(true))
}
