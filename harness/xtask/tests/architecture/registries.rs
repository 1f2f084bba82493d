//! A folder with a slice `ALL` lists every file beside it, and the slice is sorted.

use crate::{assert_none, tree};

/// Folders of data that is embedded in the binary, and the sources that name each file. Scenarios are listed by a build
/// script.
const EMBEDDED: &[(&str, &[&str])] = &[
    ("authenticator-sim/profiles/", &["authenticator-sim/device/src/profiles/embedded.rs"]),
    ("harness/relying-party/policies/", &["harness/relying-party/src/policy/", "harness/relying-party/src/users/"]),
    ("harness/runner/src/client/profiles/", &["harness/runner/src/client/"]),
];

/// Files beside a registry's entries, and what they are; one that is gone is a finding too.
const NO_ENTRIES: &[(&str, &str)] = &[
    ("authenticator-sim/core/src/tests/statuses/coverage.rs", "the table of all situations, beside what was observed"),
    ("authenticator-sim/core/src/tests/statuses/elsewhere.rs", "situations that no single request makes"),
    ("harness/relying-party/src/attestation/format/signed.rs", "what most formats sign, and with whose key"),
    ("harness/runner/src/tamper/client/rewrite.rs", "how tampers of the seam make one origin look like another"),
    ("harness/runner/src/tamper/wire/answer.rs", "what every tamper of the seam changes"),
];

#[test]
fn every_data_file_is_embedded() {
    let sources = tree::files(&["rs"]);
    let data = tree::files(&["yaml"]);
    let mut findings = Vec::new();
    for (folder, embedders) in EMBEDDED {
        let code = sources.iter().filter(|file| embedders.iter().any(|path| file.path.starts_with(path)));
        let code: String = code.map(|file| file.text.as_str()).collect();
        let names: Vec<&str> = data.iter().filter_map(|file| file.path.strip_prefix(folder)).collect();
        assert!(!names.is_empty(), "{folder} is empty");
        findings.extend(not_embedded(&names, &code).into_iter().map(|name| format!("{folder}{name} is not embedded")));
    }
    assert_none(&findings);
}

#[test]
fn every_registry_lists_its_folder() {
    let sources = tree::files(&["rs"]);
    let mut findings = Vec::new();
    let mut excused = Vec::new();
    for registry in sources.iter().filter(|file| file.path.ends_with("/mod.rs")) {
        let Some(list) = all_of(&registry.text) else { continue };
        let folder = registry.path.trim_end_matches("mod.rs");
        let beside = sources.iter().filter(|file| file.path.starts_with(folder));
        let (others, entries): (Vec<&str>, Vec<&str>) =
            beside.map(|file| file.path.as_str()).partition(|path| NO_ENTRIES.iter().any(|(other, _)| other == path));
        let modules: Vec<&str> = entries.iter().filter_map(|path| module_of(&path[folder.len()..])).collect();
        findings.extend(wrong(&modules, list).into_iter().map(|what| format!("{}: {what}", registry.path)));
        excused.extend(others);
    }
    let idle = NO_ENTRIES.iter().filter(|(path, _)| !excused.contains(path));
    findings.extend(idle.map(|(path, _)| format!("{path} is an exception without need")));
    assert_none(&findings);
}

/// The file names that `code` has in no string, neither whole nor without `.yaml`.
fn not_embedded<'a>(names: &[&'a str], code: &str) -> Vec<&'a str> {
    let named = |name: &str| code.contains(&format!("/{name}\"")) || code.contains(&format!("\"{}\"", stem(name)));
    names.iter().copied().filter(|name| !named(name)).collect()
}

fn stem(name: &str) -> &str {
    name.trim_end_matches(".yaml")
}

/// The text between the brackets of a module's own `ALL` slice of references to what its files hold.
fn all_of(text: &str) -> Option<&str> {
    let starts =
        ["\nconst ALL: &[&", "\npub const ALL: &[&", "\npub(crate) const ALL: &[&", "\npub(super) const ALL: &[&"];
    let declared = starts.iter().find_map(|start| text.find(start))?;
    let list = &text[declared + text[declared..].find("= &[")? + 4..];
    Some(&list[..list.find("];")?])
}

/// The module that a path below the registry's folder belongs to: `origin.rs` or `origin/mod.rs`.
fn module_of(path: &str) -> Option<&str> {
    let module = path.strip_suffix("/mod.rs").or_else(|| path.strip_suffix(".rs"))?;
    (!module.contains('/') && module != "mod" && module != "tests").then_some(module)
}

fn wrong(modules: &[&str], list: &str) -> Vec<String> {
    let entries: Vec<&str> = list.split(',').map(|entry| entry.trim().trim_start_matches('&')).collect();
    let entries: Vec<&str> = entries.into_iter().filter(|entry| !entry.is_empty()).collect();
    let listed = |module: &str| entries.iter().any(|entry| entry.split("::").next() == Some(module));
    let mut findings: Vec<String> = modules
        .iter()
        .filter(|module| !listed(module))
        .map(|module| format!("`{module}` is missing from ALL"))
        .collect();
    if !entries.is_sorted_by(|a, b| a < b) {
        findings.push("ALL is not sorted, or has an entry twice".to_owned());
    }
    findings
}

#[test]
fn a_data_file_that_is_not_embedded_is_found() {
    let code = "embedded![\"bare\"]; include_str!(\"../policies/default.yaml\")";
    assert_eq!(not_embedded(&["bare.yaml", "default.yaml"], code), [""; 0]);
    assert_eq!(not_embedded(&["yubikey.yaml", "guide-a.yaml"], code), ["yubikey.yaml", "guide-a.yaml"]);
}

#[test]
fn the_list_is_read_from_the_source() {
    let text = "mod a;\npub const ALL: &[&dyn Tamper] = &[&a::A, &b::B];\n";
    assert_eq!(all_of(text), Some("&a::A, &b::B"));
    assert_eq!(all_of("mod a;\nconst ALL: &[Kind] = &[Kind { a }];"), None);
    assert_eq!(all_of("mod a;\nimpl Kind {\n    const ALL: &[&Kind] = &[&Kind::A];"), None);
}

#[test]
fn a_file_that_is_not_listed_is_found() {
    assert_none(&wrong(&["alg", "origin"], "&alg::WrongAlg, &origin::Evil"));
    assert_eq!(wrong(&["alg", "origin"], "&alg::WrongAlg").len(), 1);
}

#[test]
fn a_list_out_of_order_is_found() {
    assert_eq!(
        wrong(&["alg", "origin"], "&origin::Evil, &alg::WrongAlg"),
        ["ALL is not sorted, or has an entry twice"]
    );
    assert_eq!(wrong(&["alg"], "&alg::WrongAlg, &alg::WrongAlg").len(), 1);
}

#[test]
fn modules_are_told_from_paths() {
    assert_eq!(module_of("origin.rs"), Some("origin"));
    assert_eq!(module_of("origin/mod.rs"), Some("origin"));
    for path in ["mod.rs", "tests.rs", "origin/port.rs"] {
        assert_eq!(module_of(path), None, "{path}");
    }
}
