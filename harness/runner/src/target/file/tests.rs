use std::path::{Path, PathBuf};

use keyrig_ctap::ReasonClass;
use miette::{GraphicalReportHandler, GraphicalTheme};
use serde_json::{Value, json};

use super::*;

const SIMPLEWEBAUTHN: &str = include_str!("../../../../targets/simplewebauthn/target.yaml");

fn mistakes() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/target/mistakes");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|e| e == "yaml")).collect();
    files.sort();
    files
}

#[test]
fn every_mistake_says_where_it_is_and_what_was_meant() {
    assert!(mistakes().len() > 8);
    for file in mistakes() {
        let name = file.file_stem().and_then(|stem| stem.to_str()).unwrap().to_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let wrong = TargetFile::parse(&format!("{name}.yaml"), &text).expect_err(&name);
        let mut shown = String::new();
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(110);
        handler.render_report(&mut shown, &wrong).unwrap();
        let shown: String = shown.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        insta::with_settings!({snapshot_path => "../mistakes", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(name, shown);
        });
    }
}

#[test]
fn a_file_that_is_not_there_says_so() {
    let wrong = TargetFile::load(Path::new("no/such/target.yaml")).unwrap_err().to_string();
    assert!(wrong.starts_with("no/such/target.yaml:1:1: this file cannot be read: "), "{wrong}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("staging.yaml"), "").unwrap();
    let misspelt = TargetFile::load(&folder.path().join("stagign.yaml")).unwrap_err().plain();
    let meant = format!("(did you mean `{}`?)", folder.path().join("staging.yaml").display());
    assert!(misspelt.ends_with(&meant), "{misspelt}");
}

#[test]
fn the_target_that_nobody_here_wrote_is_described() {
    let file = TargetFile::parse("target.yaml", SIMPLEWEBAUTHN).unwrap();
    let class = |message: &str| file.reasons.read(&json!({"errorMessage": message})).0;
    assert_eq!(class("Unexpected registration response origin \"x\""), Some(ReasonClass::Origin));
    assert_eq!(class("something else"), None);
}

#[test]
fn the_published_schema_is_up_to_date_and_takes_the_target() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../targets/target.schema.json");
    let fresh = format!("{:#}\n", TargetFile::json_schema());
    if std::env::var_os("KEYRIG_GENERATE").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == fresh, "run `cargo xtask generate`");
    let validator = jsonschema::validator_for(&TargetFile::json_schema()).unwrap();
    let read = |text: &str| serde_saphyr::from_str::<Value>(text).unwrap();
    let good = read(SIMPLEWEBAUTHN);
    assert!(validator.is_valid(&good));
    let mut bad = good.clone();
    bad["timeout"] = json!(3);
    assert!(!validator.is_valid(&bad));
}
