//! Members of a record by their keys.

use alloc::string::String;
use alloc::vec::Vec;

use keyrig_ctap::cbor::{DecodeError, Fields, Node, Problem, expect_bool, expect_bytes, expect_text, expect_uint};
use zeroize::Zeroizing;

/// A member's key, and its name for errors.
pub(super) type Member = (u64, &'static str);

/// A record that is read.
pub(super) struct Reader<'n, 'a>(Fields<'n, 'a>);

impl<'n, 'a> Reader<'n, 'a> {
    pub(super) fn of(node: &'n Node<'a>, record: &'static str) -> Result<Self, DecodeError> {
        Fields::of(node, record).map(Self)
    }

    pub(super) fn node(&self, (key, name): Member) -> Result<&'n Node<'a>, DecodeError> {
        self.0.require(key, name)
    }

    pub(super) fn optional(&self, (key, _): Member) -> Option<&'n Node<'a>> {
        self.0.uint(key)
    }

    /// An unsigned integer that fits where it comes from.
    pub(super) fn uint<N: TryFrom<u64>>(&self, member: Member) -> Result<N, DecodeError> {
        let node = self.node(member)?;
        N::try_from(expect_uint(node, member.1)?).map_err(|_| wrong(node, member, Problem::Value))
    }

    pub(super) fn bool(&self, member: Member) -> Result<bool, DecodeError> {
        expect_bool(self.node(member)?, member.1)
    }

    pub(super) fn bytes(&self, member: Member) -> Result<Vec<u8>, DecodeError> {
        expect_bytes(self.node(member)?, member.1).map(<[u8]>::to_vec)
    }

    pub(super) fn text(&self, member: Member) -> Result<String, DecodeError> {
        expect_text(self.node(member)?, member.1).map(String::from)
    }

    pub(super) fn optional_bytes(&self, (key, name): Member) -> Result<Option<Vec<u8>>, DecodeError> {
        self.0.optional_bytes(key, name)
    }

    pub(super) fn optional_secret(&self, member: Member) -> Result<Option<Zeroizing<Vec<u8>>>, DecodeError> {
        Ok(self.optional_bytes(member)?.map(Zeroizing::new))
    }

    pub(super) fn optional_array<const N: usize>(&self, member: Member) -> Result<Option<[u8; N]>, DecodeError> {
        self.optional(member).map(|node| array(node, member)).transpose()
    }

    pub(super) fn optional_text(&self, member: Member) -> Result<Option<String>, DecodeError> {
        self.optional(member).map(|node| expect_text(node, member.1).map(String::from)).transpose()
    }
}

/// A byte string of one length.
pub(super) fn array<const N: usize>(node: &Node<'_>, member: Member) -> Result<[u8; N], DecodeError> {
    expect_bytes(node, member.1)?.try_into().map_err(|_| wrong(node, member, Problem::Length))
}

pub(super) const fn wrong(node: &Node<'_>, (_, field): Member, problem: Problem) -> DecodeError {
    DecodeError { at: node.span.start, field, problem }
}
