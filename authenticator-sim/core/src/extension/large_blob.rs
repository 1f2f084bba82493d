//! `largeBlob` (CTAP 2.3 §12.4): a blob that is kept with its credential, compressed by the platform. Its outputs are
//! not signed.

use alloc::vec::Vec;

use keyrig_ctap::cbor::{
    DecodeError, Fields, Node, Problem, Value, expect_bool, expect_bytes, expect_text, expect_uint,
};

use crate::reason::Reason;
use crate::state::LargeBlob;

pub(super) const ID: &str = "largeBlob";

/// Reads the input of makeCredential, `{"support": "required" | "preferred"}`: either way there is support.
///
/// # Errors
///
/// [`Reason::Decode`]: whatever does not fit the CDDL is `CTAP2_ERR_INVALID_CBOR`.
pub(super) fn at_creation(node: &Node<'_>) -> Result<(), Reason> {
    let support = || -> Result<bool, DecodeError> {
        let fields = Fields::of(node, ID)?;
        let support = expect_text(fields.require_text("support")?, "support")?;
        Ok(fields.entries().len() == 1 && ["required", "preferred"].contains(&support))
    };
    if support().unwrap_or(false) { Ok(()) } else { Err(unfit(node)) }
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
    /// [`Reason::Decode`]: whatever does not fit the CDDL is `CTAP2_ERR_INVALID_CBOR`.
    pub(super) fn read(node: &Node<'_>) -> Result<Self, Reason> {
        let access = || -> Result<Option<Self>, DecodeError> {
            let fields = Fields::of(node, ID)?;
            Ok(match (fields.text("read"), fields.text("write"), fields.text("originalSize"), fields.entries().len()) {
                (Some(read), None, None, 1) => expect_bool(read, "read")?.then_some(Self::Read),
                (None, Some(write), Some(size), 2) => Some(Self::Write(LargeBlob {
                    compressed: expect_bytes(write, "write")?.to_vec(),
                    original_size: expect_uint(size, "originalSize")?,
                })),
                _ => None,
            })
        };
        access().ok().flatten().ok_or_else(|| unfit(node))
    }
}

fn unfit(node: &Node<'_>) -> Reason {
    Reason::Decode(DecodeError { at: node.span.start, field: ID, problem: Problem::Malformed })
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
