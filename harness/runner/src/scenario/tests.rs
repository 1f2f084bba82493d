use std::path::{Path, PathBuf};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

use super::*;

fn vocabulary() -> Vocabulary {
    let stems = |folder: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = std::fs::read_dir(folder).expect("the folder is there").flatten().map(|entry| entry.path());
        let yaml = files.filter(|path| path.extension().is_some_and(|ending| ending == "yaml"));
        yaml.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect::<Vec<_>>()
    };
    Vocabulary::new(stems("../../authenticator-sim/profiles"), stems("../relying-party/policies"))
}

fn render(diagnostic: &dyn Diagnostic) -> String {
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(110);
    handler.render_report(&mut text, diagnostic).expect("a string takes what is written to it");
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn mistakes() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/scenario/mistakes");
    let files = std::fs::read_dir(folder).expect("the folder is there").flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|e| e == "yaml")).collect();
    files.sort();
    files
}

#[test]
fn every_mistake_says_where_it_is_and_what_was_meant() {
    let known = vocabulary();
    assert!(mistakes().len() > 20);
    for file in mistakes() {
        let name = file.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        let text = std::fs::read_to_string(&file).expect("it was listed");
        let wrong = read::read(&format!("{name}.yaml"), &text, &known).expect_err(&name);
        insta::with_settings!({snapshot_path => "mistakes", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(name, render(&wrong));
        });
        assert!(wrong.iter().all(|((line, column), _)| line > 0 && column > 0));
    }
}

#[test]
fn a_duplicate_id_names_the_file_that_has_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "id: attack/twice\ntitle: x\nrequirement: x\nbasis: must\nsteps:\n  - register: {user: alice}\n";
    for sub in ["a", "b"] {
        std::fs::create_dir(folder.path().join(sub)).expect("a folder");
        std::fs::write(folder.path().join(sub).join("twice.yaml"), text).expect("a file");
    }
    let error = Suite::load(&[folder.path()], &vocabulary()).expect_err("twice");
    let message = error.0[0].plain().replace(folder.path().to_str().expect("a name"), "…");
    assert_eq!(message, "…/b/twice.yaml:1:5: the id `attack/twice` is taken (…/a/twice.yaml:1 has it; choose another)");
}

#[test]
fn a_missing_file_names_its_neighbour() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("uv-cleared.yaml"), "").expect("a file");
    let error = Suite::load(&[folder.path().join("uv-claered.yaml")], &vocabulary()).expect_err("missing");
    let message = error.0[0].plain();
    assert!(message.contains("this file cannot be read") && message.contains("uv-cleared.yaml`?"), "{message}");
}

#[test]
fn a_file_that_is_no_text_is_not_taken_for_a_misspelt_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("uv-cleared.yaml");
    std::fs::write(&file, [0xff, 0xfe]).expect("a file");
    let error = Suite::load(&[file], &vocabulary()).expect_err("no UTF-8");
    let message = error.0[0].plain();
    assert!(message.contains("this file cannot be read") && !message.contains("did you mean"), "{message}");
}

#[test]
fn the_embedded_scenarios_have_no_mistake() {
    let suite = Suite::embedded(&vocabulary()).unwrap_or_else(|error| {
        let all: String = error.0.iter().map(|mistakes| format!("{}\n", mistakes.plain())).collect();
        panic!("{all}")
    });
    for scenario in &suite.scenarios {
        assert_eq!(scenario.file, format!("scenarios/{}.yaml", scenario.id()));
    }
}

#[test]
fn the_published_schema_is_up_to_date_and_takes_every_scenario() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/scenario.schema.json");
    let fresh = format!("{:#}\n", schema());
    if std::env::var_os("KEYRIG_GENERATE").is_some() {
        std::fs::write(&path, &fresh).expect("the folder is there");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == fresh, "run `cargo xtask generate`");
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    let known = vocabulary();
    for scenario in Suite::embedded(&known).expect("valid").scenarios {
        let json = node::parse(&scenario.text).expect("valid").value.to_json();
        let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", scenario.file);
    }
    for file in mistakes().iter().filter(|file| file.ends_with("unknown-key.yaml")) {
        let json = node::parse(&std::fs::read_to_string(file).expect("listed")).expect("YAML").value.to_json();
        assert!(!validator.is_valid(&json), "{}", file.display());
    }
}

#[test]
fn a_lie_that_has_to_be_refused_gets_its_control() {
    let text = "id: attack/x\ntitle: x\nrequirement: x\nbasis: must\nsteps:
  - register: {user: alice}
  - authenticate: {user: alice, tamper: [wire/break-signature]}
    expect: {rejected: signature}
  - register: {user: bob, profile: icloud-keychain, tamper: wire/strip-attestation}
    control: {profile: yubikey-5-nfc-5.4, transports: [usb]}
    expect: rejected\n";
    let scenario = Suite::parse("x.yaml", text, &vocabulary()).expect("valid");
    let [plain, lie, both] = scenario.steps.as_slice() else { panic!("three steps") };
    assert!(plain.control.is_none() && plain.expect == Expectation::Accepted);
    assert_eq!(lie.difference.as_deref(), Some("wire/break-signature"));
    assert!(lie.control.as_ref().is_some_and(|control| control.tampers().is_empty()));
    let Some(Verb::Register(control)) = &both.control else { panic!("a register control") };
    assert!(control.scene.tampers.is_empty());
    assert_eq!(control.transports, Some(vec!["usb".to_owned()]));
    assert!(matches!(&control.plug, Some(Plug::Profile(profile)) if profile.value == "yubikey-5-nfc-5.4"));
    assert_eq!(
        both.difference.as_deref(),
        Some(
            "wire/strip-attestation, profile (the controls have yubikey-5-nfc-5.4), transports (the controls have [\"usb\"])"
        )
    );
    assert_eq!(scenario.decisive_step(), Some(1));
}

#[test]
fn the_nine_rows_are_measured_once_each() {
    let suite = Suite::embedded(&vocabulary()).expect("valid");
    let mut rows: Vec<u8> = suite.scenarios.iter().filter_map(|scenario| Some(scenario.row.as_ref()?.number)).collect();
    rows.sort_unstable();
    assert_eq!(rows, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

/// The same lie for the same reason in two ceremonies is one attack; what is counted are different ones.
#[test]
fn at_least_25_attacks_differ_in_their_lie_and_their_reason() {
    let suite = Suite::embedded(&vocabulary()).expect("valid");
    let steps = suite.scenarios.iter().flat_map(|scenario| &scenario.steps);
    let pairs = steps.filter_map(|step| match (step.verb.tampers(), &step.expect) {
        ([lie], Expectation::Rejected(classes)) => Some((lie.value.tamper.id, classes.first()?.as_str())),
        _ => None,
    });
    let pairs: std::collections::BTreeSet<_> = pairs.collect();
    assert!(pairs.len() >= 25, "{pairs:?}");
    let reasons: std::collections::BTreeSet<_> = pairs.iter().map(|(_, reason)| reason).collect();
    assert!(reasons.len() >= 15, "{reasons:?}");
}
