//! A section number means nothing without the edition that it belongs to.

use crate::{assert_none, tree};

/// How an edition is named. What follows the words in the text must begin like this.
const EDITIONS: &[&str] = &[
    "CTAP 2.0",
    "CTAP 2.1",
    "CTAP 2.2",
    "CTAP 2.3",
    "WebAuthn L1",
    "WebAuthn L2",
    "WebAuthn L3",
    "RFC ",
    "FIPS ",
    "SP 800-",
    "TPM 2.0",
    "MDS 3.0",
    "MDS 3.1",
    "U2F 1.2",
    "ISO ",
];

#[test]
fn every_section_names_its_edition() {
    let files = tree::files(&["rs", "yaml", "md", "py", "mjs"]);
    let ours = files.iter().filter(|file| !file.path.ends_with("architecture/citations.rs"));
    let findings: Vec<String> = ours
        .flat_map(|file| bare_sections(&file.text).into_iter().map(|line| format!("{}:{line}", file.path)))
        .collect();
    assert_none(&findings);
}

/// The lines, counted from 1, that hold a section sign which no edition precedes in the same block: in code a run of
/// comment lines or a line of its own, elsewhere a paragraph.
fn bare_sections(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut block = String::new();
    let mut was_comment = false;
    for (index, line) in text.lines().map(str::trim).enumerate() {
        let is_comment = line.starts_with("//");
        if line.is_empty() || is_comment != was_comment {
            block.clear();
        }
        was_comment = is_comment;
        let words = line.trim_start_matches(['/', '!', '#', '*', '-', ' ']);
        for (at, _) in words.match_indices('§') {
            let before = format!("{block} {}", &words[..at]);
            if !EDITIONS.iter().any(|edition| before.contains(edition)) {
                found.push(index + 1);
            }
        }
        block.push(' ');
        block.push_str(words);
    }
    found
}

#[test]
fn a_section_without_an_edition_is_found() {
    assert_eq!(bare_sections("/// As §6.1.2 step 5 says."), [1]);
    assert_eq!(bare_sections("# CTAP §6.1.2"), [1]);
    assert_eq!(bare_sections("/// CTAP 2.3 §6.1\nfn a() {}\n// and §6.2"), [3]);
    assert_eq!(bare_sections("CTAP 2.3 §6.1\n\nand §6.2"), [3]);
}

#[test]
fn a_section_with_its_edition_is_fine() {
    assert!(bare_sections("/// CTAP 2.3 §6.1.2 step 5, and §6.1.3.").is_empty());
    assert!(bare_sections("/// WebAuthn L3\n/// §7.1: \"Verify that\" (CR 2026-05-26)").is_empty());
    assert!(bare_sections("//! CTAP 2.3 §6.1\n//!\n//! and §6.2").is_empty());
    assert!(bare_sections("# RFC 5280 §6.1").is_empty());
}
