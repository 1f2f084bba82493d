//! `minPinLength` (CTAP 2.3 §12.5) and `pinComplexityPolicy` (§12.6): rules for PINs, told to whom they concern.

use keyrig_ctap::cbor::{Fields, expect_bool};

use crate::context::Context;
use crate::reason::Reason;

pub(super) const MIN_PIN_LENGTH: &str = "minPinLength";
pub(super) const PIN_COMPLEXITY_POLICY: &str = "pinComplexityPolicy";

/// What is told of the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Policy {
    /// In code points.
    pub(super) min_pin_length: Option<u64>,
    pub(super) complexity: Option<bool>,
}

impl Policy {
    /// Reads the inputs of makeCredential. A relying party that nobody named to setMinPINLength is told nothing.
    ///
    /// # Errors
    ///
    /// [`Reason::Decode`].
    pub(super) fn read(cx: &Context, inputs: &Fields<'_, '_>, rp_id: &str) -> Result<Self, Reason> {
        let config = &cx.state.config;
        let named = config.min_pin_length_rp_ids.iter().any(|id| id == rp_id);
        let asked = |id: &'static str| -> Result<bool, Reason> {
            let node = inputs.text(id).filter(|_| cx.has_extension(id));
            Ok(node.map(|node| expect_bool(node, id)).transpose()? == Some(true) && named)
        };
        Ok(Self {
            min_pin_length: asked(MIN_PIN_LENGTH)?.then_some(config.min_pin_length),
            complexity: asked(PIN_COMPLEXITY_POLICY)?.then_some(config.pin_complexity),
        })
    }
}
