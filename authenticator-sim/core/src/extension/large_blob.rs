//! `largeBlob` (CTAP 2.3 §12.4): a blob that is kept with its credential, compressed by the platform. Its outputs are
//! not signed.

use alloc::vec::Vec;

use keyrig_ctap::cbor::{Fields, Node, Value, expect_bool, expect_bytes, expect_text, expect_uint};

use crate::reason::Reason;
use crate::state::LargeBlob;

pub(super) const ID: &str = "largeBlob";

/// Reads the input of makeCredential, `{"support": "required" | "preferred"}`: either way there is support.
///
/// # Errors
///
/// [`Reason::Decode`], [`Reason::ExtensionValue`].
pub(super) fn at_creation(node: &Node<'_>) -> Result<(), Reason> {
    match expect_text(Fields::of(node, ID)?.require_text("support")?, "support")? {
        "required" | "preferred" => Ok(()),
        _ => Err(Reason::ExtensionValue),
    }
}

/// What getAssertion is asked to do with the blob of the credential that signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write(LargeBlob),
}

impl Access {
    /// Reads the input of getAssertion: `{"read": true}`, or `{"write": …, "originalSize": …}`.
    ///
    /// # Errors
    ///
    /// [`Reason::Decode`], [`Reason::ExtensionValue`] where it asks for both or for neither.
    pub(super) fn read(node: &Node<'_>) -> Result<Self, Reason> {
        let fields = Fields::of(node, ID)?;
        match (fields.text("read"), fields.text("write")) {
            (Some(read), None) if expect_bool(read, "read")? => Ok(Self::Read),
            (None, Some(write)) => Ok(Self::Write(LargeBlob {
                compressed: expect_bytes(write, "write")?.to_vec(),
                original_size: expect_uint(fields.require_text("originalSize")?, "originalSize")?,
            })),
            _ => Err(Reason::ExtensionValue),
        }
    }
}

/// The output of a read: nothing where no blob was ever written.
pub(super) fn told(blob: Option<&LargeBlob>) -> Option<Value> {
    let LargeBlob { compressed, original_size } = blob?;
    let members = [("blob", Value::from(compressed.as_slice())), ("originalSize", Value::Unsigned(*original_size))];
    Some(Value::Map(members.into_iter().map(|(name, value)| (name.into(), value)).collect()))
}

/// The output that has one member, a boolean.
pub(super) fn said(member: &str, value: bool) -> Value {
    Value::Map(Vec::from([(member.into(), value.into())]))
}
