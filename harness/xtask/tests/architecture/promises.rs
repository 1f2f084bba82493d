//! Each crate begins with its promise.

use crate::{assert_none, tree};

/// Crates whose promise "no clock, no I/O" the compiler keeps.
const WITHOUT_STD: &[&str] = &["authenticator-sim/core/src/lib.rs", "authenticator-sim/ctap/src/lib.rs"];

#[test]
fn every_crate_begins_with_its_promise() {
    let sources = tree::files(&["rs"]);
    let roots = sources.iter().filter(|file| file.path.ends_with("src/lib.rs") || file.path.ends_with("src/main.rs"));
    let findings: Vec<String> = roots.filter_map(|file| missing_promise(&file.path, &file.text)).collect();
    assert_none(&findings);
}

#[test]
fn the_pure_crates_have_no_standard_library() {
    let sources = tree::files(&["rs"]);
    for path in WITHOUT_STD {
        let file = sources.iter().find(|file| file.path == *path).unwrap_or_else(|| panic!("{path} is gone"));
        assert!(has_no_std(&file.text), "{path} lacks #![no_std]");
    }
}

#[test]
fn files_are_read_by_the_crate_that_knows_an_end() {
    let sources = tree::files(&["rs"]);
    let findings: Vec<String> = sources.iter().filter_map(|file| endless_read(&file.path, &file.text)).collect();
    assert_none(&findings);
}

fn missing_promise(path: &str, text: &str) -> Option<String> {
    let paragraph: Vec<&str> = text
        .lines()
        .map_while(|line| line.strip_prefix("//! "))
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .collect();
    let sentence = paragraph.join(" ");
    let stands = sentence.ends_with(['.', ':']) && sentence.split_whitespace().count() >= 3;
    (!stands).then(|| format!("{path} does not begin with a sentence that says what the crate promises"))
}

fn has_no_std(text: &str) -> bool {
    text.lines().any(|line| line.trim() == "#![no_std]" || line.trim() == "#![cfg_attr(not(test), no_std)]")
}

/// What reads a file until memory ends; tests and chores read files of this repository, as does what tests generate.
fn endless_read(path: &str, text: &str) -> Option<String> {
    let ours = ["/xtask/", "/tests", "/targets/", "/generated.rs"];
    if !path.contains("/src/") || ours.iter().any(|part| path.contains(part)) {
        return None;
    }
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let call = ["fs::read(", "fs::read_to_string(", ".read_to_end(", ".read_to_string("];
    let call = call.into_iter().find(|call| code.contains(call))?;
    (!path.ends_with("files/src/lib.rs")).then(|| format!("{path}: `{call}` has no bound; keyrig_files has"))
}

#[test]
fn a_read_without_an_end_is_found() {
    let reads = "fn load() { std::fs::read_to_string(path) }";
    assert!(endless_read("harness/runner/src/known.rs", reads).is_some());
    assert_eq!(endless_read("harness/runner/src/known.rs", &format!("#[cfg(test)]\nmod tests {{ {reads} }}")), None);
}

#[test]
fn a_crate_without_a_promise_is_found() {
    assert_eq!(missing_promise("lib.rs", "//! Same inputs, same bytes.\n\nmod a;"), None);
    assert_eq!(missing_promise("lib.rs", "//! Same inputs,\n//! same bytes.\n//!\n//! More"), None);
    for text in
        ["mod a;", "//! Core.\nmod a;", "//!\n//! Same inputs, same bytes.", "//! same inputs and bytes\nmod a;"]
    {
        assert!(missing_promise("lib.rs", text).is_some(), "{text}");
    }
}

#[test]
fn a_crate_with_a_standard_library_is_found() {
    assert!(has_no_std("//! Pure.\n#![no_std]\n"));
    assert!(!has_no_std("//! Pure.\n// #![no_std]\n"));
}
