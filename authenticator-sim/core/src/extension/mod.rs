//! Extensions, one file each. An output is there only if its input was (CTAP 2.3 §12).

mod cred_protect;
mod hmac_secret;

use alloc::vec::Vec;

use keyrig_ctap::cbor::{DecodeError, Fields, Problem, Tree, Writer, expect_bool};

pub(crate) use hmac_secret::{SECRETS, Salts};

use crate::context::Context;
use crate::reason::Reason;
use crate::state::Protection;

/// Every extension that is implemented, sorted.
pub(crate) const ALL: &[&str] = &[cred_protect::ID, hmac_secret::ID];

/// What makeCredential was asked for, of what getInfo offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Creation {
    pub(crate) protection: Option<Protection>,
    pub(crate) hmac_secret: Option<bool>,
}

impl Creation {
    /// Reads the extension inputs of makeCredential.
    ///
    /// # Errors
    ///
    /// [`Reason::Decode`], [`Reason::ExtensionValue`].
    pub(crate) fn read(cx: &Context, inputs: Option<&[u8]>) -> Result<Self, Reason> {
        let Some(inputs) = inputs else { return Ok(Self::default()) };
        let tree = parse(inputs)?;
        let inputs = Fields::of(&tree.root, "extensions")?;
        let input = |id: &'static str| if offers(cx, id) { inputs.text(id) } else { None };
        Ok(Self {
            protection: input(cred_protect::ID).map(cred_protect::read).transpose()?,
            hmac_secret: input(hmac_secret::ID).map(|node| expect_bool(node, hmac_secret::ID)).transpose()?,
        })
    }

    /// The outputs, as they go into the authenticator data.
    pub(crate) fn outputs(self) -> Option<Vec<u8>> {
        let there = usize::from(self.protection.is_some()) + usize::from(self.hmac_secret.is_some());
        if there == 0 {
            return None;
        }
        let mut out = Writer::new();
        out.map(there);
        if let Some(protection) = self.protection {
            out.text(cred_protect::ID).uint(protection.number());
        }
        if let Some(enabled) = self.hmac_secret {
            out.text(hmac_secret::ID).bool(enabled);
        }
        Some(out.into_bytes())
    }
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
        Some(node) if offers(cx, hmac_secret::ID) => Salts::read(cx, node, inputs, up).map(Some),
        _ => Ok(None),
    }
}

fn offers(cx: &Context, id: &str) -> bool {
    cx.cut.info.extensions.iter().any(|offered| offered == id)
}

fn parse(inputs: &[u8]) -> Result<Tree<'_>, Reason> {
    let malformed = |at| DecodeError { at, field: "extensions", problem: Problem::Malformed };
    Ok(Tree::parse(inputs).map_err(|error| malformed(error.at))?)
}
