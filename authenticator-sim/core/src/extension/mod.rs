//! Extensions, one file each. An output is there only if its input was (CTAP 2.3 §12).

mod cred_protect;
mod hmac_secret;
mod policy;

use alloc::vec::Vec;

use keyrig_ctap::cbor::{DecodeError, Fields, Problem, Tree, Value, expect_bool};

pub(crate) use hmac_secret::{SECRETS, Salts};

use self::policy::Policy;
use crate::context::Context;
use crate::reason::Reason;
use crate::state::Protection;

/// Every extension that is implemented, sorted.
pub(crate) const ALL: &[&str] =
    &[cred_protect::ID, hmac_secret::ID, policy::MIN_PIN_LENGTH, policy::PIN_COMPLEXITY_POLICY];

/// What makeCredential was asked for, of what getInfo offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Creation {
    pub(crate) protection: Option<Protection>,
    pub(crate) hmac_secret: Option<bool>,
    policy: Policy,
}

impl Creation {
    /// Reads the extension inputs of makeCredential.
    ///
    /// # Errors
    ///
    /// [`Reason::Decode`], [`Reason::ExtensionValue`].
    pub(crate) fn read(cx: &Context, inputs: Option<&[u8]>, rp_id: &str) -> Result<Self, Reason> {
        let Some(inputs) = inputs else { return Ok(Self::default()) };
        let tree = parse(inputs)?;
        let inputs = Fields::of(&tree.root, "extensions")?;
        let input = |id: &'static str| if cx.has_extension(id) { inputs.text(id) } else { None };
        Ok(Self {
            protection: input(cred_protect::ID).map(cred_protect::read).transpose()?,
            hmac_secret: input(hmac_secret::ID).map(|node| expect_bool(node, hmac_secret::ID)).transpose()?,
            policy: Policy::read(cx, &inputs, rp_id)?,
        })
    }

    /// The outputs, as they go into the authenticator data.
    pub(crate) fn outputs(self) -> Option<Vec<u8>> {
        let outputs = [
            (cred_protect::ID, self.protection.map(|protection| Value::Unsigned(protection.number()))),
            (hmac_secret::ID, self.hmac_secret.map(Value::Bool)),
            (policy::MIN_PIN_LENGTH, self.policy.min_pin_length.map(Value::Unsigned)),
            (policy::PIN_COMPLEXITY_POLICY, self.policy.complexity.map(Value::Bool)),
        ];
        outputs_of(outputs)
    }
}

/// The outputs that are there, as one map.
fn outputs_of<const N: usize>(outputs: [(&str, Option<Value>); N]) -> Option<Vec<u8>> {
    let there: Vec<_> = outputs.into_iter().filter_map(|(id, value)| Some((Value::from(id), value?))).collect();
    (!there.is_empty()).then(|| Value::Map(there).to_canonical())
}

/// Reads the extension inputs of getAssertion.
///
/// # Errors
///
/// [`Reason::Decode`], and those of [`Salts::read`].
pub(crate) fn salts(cx: &mut Context, inputs: Option<&[u8]>, up: bool) -> Result<Option<Salts>, Reason> {
    let Some(inputs) = inputs else { return Ok(None) };
    let tree = parse(inputs)?;
    let node = Fields::of(&tree.root, "extensions")?.text(hmac_secret::ID);
    match node {
        Some(node) if cx.has_extension(hmac_secret::ID) => Salts::read(cx, node, inputs, up).map(Some),
        _ => Ok(None),
    }
}

fn parse(inputs: &[u8]) -> Result<Tree<'_>, Reason> {
    let malformed = |at| DecodeError { at, field: "extensions", problem: Problem::Malformed };
    Ok(Tree::parse(inputs).map_err(|error| malformed(error.at))?)
}
