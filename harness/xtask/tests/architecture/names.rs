//! Files are named for what they hold.

use crate::{assert_none, tree};

const SAY_NOTHING: &[&str] = &["utils", "util", "helpers", "helper", "common", "types", "imp", "misc"];

/// The names at the top of the repository; each is explained by the README's map.
const TOP: &[&str] = &["authenticator-sim", "harness", "scenarios", "target", "udev", "vectors"];

#[test]
fn files_are_named_for_what_they_hold() {
    let sources = tree::files(&["rs"]);
    let findings: Vec<String> = sources.iter().filter_map(|file| empty_name(&file.path)).collect();
    assert_none(&findings);
}

#[test]
fn the_top_level_shows_the_rooms_only() {
    let entries = std::fs::read_dir(tree::root()).expect("the root can be read");
    let folders = entries.map(|entry| entry.expect("the root can be read").path()).filter(|path| path.is_dir());
    let findings: Vec<String> = folders.filter_map(|path| stray(&path.file_name()?.to_string_lossy())).collect();
    assert_none(&findings);
}

#[test]
fn no_file_is_forgotten_by_its_module() {
    let sources = tree::files(&["rs"]);
    let read = |path: &str| sources.iter().find(|file| file.path == path).map(|file| file.text.as_str());
    let findings: Vec<String> =
        sources.iter().filter_map(|file| forgotten(&file.path, |parent| read(parent))).collect();
    assert_none(&findings);
}

fn empty_name(path: &str) -> Option<String> {
    let mut parts = path.trim_end_matches(".rs").split('/');
    parts
        .find(|part| SAY_NOTHING.contains(part))
        .map(|part| format!("{path}: the name `{part}` does not say what is inside"))
}

fn stray(folder: &str) -> Option<String> {
    (!folder.starts_with('.') && !TOP.contains(&folder)).then(|| format!("{folder} is not a room of the house"))
}

/// A file below `src/` that no module declares is never compiled.
fn forgotten<'a>(path: &str, read: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    let inside = path.rfind("/src/").map(|at| at + "/src/".len())?;
    let module = path.strip_suffix("/mod.rs").or_else(|| path.strip_suffix(".rs"))?;
    let (folder, name) = module.rsplit_once('/')?;
    if ["lib", "main", "build"].contains(&name) || path[inside..].starts_with("bin/") {
        return None;
    }
    let parents =
        [format!("{folder}.rs"), format!("{folder}/mod.rs"), format!("{folder}/lib.rs"), format!("{folder}/main.rs")];
    let declaration = format!("mod {name};");
    let declared = parents.iter().filter_map(|parent| read(parent)).any(|text| text.contains(&declaration));
    (!declared).then(|| format!("{path} is declared by no module"))
}

#[test]
fn an_empty_name_is_found() {
    assert_eq!(empty_name("harness/cli/src/explain.rs"), None);
    assert!(empty_name("harness/cli/src/utils.rs").is_some());
    assert!(empty_name("harness/cli/src/common/paths.rs").is_some());
}

#[test]
fn a_stray_folder_is_found() {
    assert_eq!(stray("harness"), None);
    assert_eq!(stray(".git"), None);
    assert!(stray("scripts").is_some());
}

#[test]
fn a_forgotten_file_is_found() {
    let read = |path: &str| match path {
        "a/src/lib.rs" => Some("mod run;\nmod report;"),
        "a/src/report/mod.rs" => Some("pub mod html;"),
        _ => None,
    };
    for known in ["a/src/lib.rs", "a/src/run.rs", "a/src/report/mod.rs", "a/src/report/html.rs", "a/tests/cli.rs"] {
        assert_eq!(forgotten(known, read), None, "{known}");
    }
    for lost in ["a/src/replay.rs", "a/src/report/json.rs", "a/src/plan/mod.rs"] {
        assert!(forgotten(lost, read).is_some(), "{lost}");
    }
}
