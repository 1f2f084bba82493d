//! The house rules that the compiler does not enforce, each a function that returns what breaks it.
//!
//! Every rule is run twice: over small strings on which it must speak and be silent, and over the repository.

mod arrows;
mod citations;
mod names;
mod promises;
mod registries;
mod size;
mod tree;

/// Fails with every finding on a line of its own.
#[track_caller]
fn assert_none(findings: &[String]) {
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}
