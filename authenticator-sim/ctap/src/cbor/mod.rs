//! CBOR as CTAP uses it (CTAP 2.3 §8: the CTAP2 canonical CBOR encoding form).

mod members;
mod tree;
mod value;
mod view;
mod writer;

pub use members::Members;
pub use tree::{Flaw, FlawKind, Kind, Malformed, Node, Span, Tree};
pub use value::Value;
pub use view::{DecodeError, Fields, Problem, expect_array, expect_bool, expect_bytes, expect_text, expect_uint};
pub use writer::Writer;

/// Nesting that CTAP2 messages may have (CTAP 2.3 §8, "nesting depth").
///
/// A registration with a `compound` statement (WebAuthn L3 §8.9) goes a level further: the response, the array of members,
/// a member, its statement, and that statement's `x5c`. The two documents disagree there, and the statement wins: peers
/// read responses without a limit or with a far wider one, and who cannot prefers a member by itself
/// (`attestationFormatsPreference`). Requests have no such exception.
pub const MAX_DEPTH: usize = 4;

/// Reads one message strictly: canonical form, at most [`MAX_DEPTH`] levels, nothing after it.
///
/// # Errors
///
/// The first flaw, as [`Problem::NotCanonical`] or [`Problem::Malformed`]: both are `INVALID_CBOR` on the wire.
pub fn parse_canonical(bytes: &[u8]) -> Result<Node<'_>, DecodeError> {
    parse_canonical_but(bytes, |_| None)
}

/// As [`parse_canonical`], but within the item that `deep` picks, the nesting may be deeper.
///
/// # Errors
///
/// Those of [`parse_canonical`].
pub(crate) fn parse_canonical_but<'a>(
    bytes: &'a [u8],
    deep: impl Fn(&Node<'a>) -> Option<Span>,
) -> Result<Node<'a>, DecodeError> {
    let tree = Tree::parse(bytes).map_err(|e| DecodeError { at: e.at, field: "", problem: Problem::Malformed })?;
    let deep = deep(&tree.root);
    let forgiven = |flaw: &Flaw| {
        flaw.kind == FlawKind::TooDeep && deep.is_some_and(|span| (span.start..span.end).contains(&flaw.at))
    };
    match tree.flaws.iter().find(|flaw| !forgiven(flaw)) {
        None => Ok(tree.root),
        Some(flaw) => Err(DecodeError { at: flaw.at, field: "", problem: Problem::NotCanonical(flaw.kind) }),
    }
}
