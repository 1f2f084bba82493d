use std::collections::BTreeSet;
use std::path::PathBuf;

use keyrig_ctap::cose::Algorithm;
use miette::{GraphicalReportHandler, GraphicalTheme};

use super::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../profiles")
}

fn files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "yaml")).collect()
}

#[test]
fn every_file_is_embedded_under_its_name() {
    let on_disk: BTreeSet<_> = files().iter().map(|path| path.file_stem().unwrap().display().to_string()).collect();
    let embedded: Vec<_> = embedded::ALL.iter().map(|(id, _)| id.to_string()).collect();
    assert!(embedded.is_sorted());
    assert_eq!(embedded, on_disk.into_iter().collect::<Vec<_>>());
}

#[test]
fn every_file_is_read_and_its_id_is_its_name() {
    for path in files() {
        let profile = load(&path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(path.file_stem().unwrap().to_str(), Some(profile.id.as_str()));
        assert_eq!(find(&profile.id), Some(&profile));
    }
}

#[test]
fn the_catalogue_and_the_profiles_know_each_other() {
    for entry in catalogue::ALL.iter().filter(|entry| !entry.profile.is_empty()) {
        assert_eq!(by_aaguid(entry.aaguid).map(|profile| profile.aaguid), Some(entry.aaguid), "{}", entry.profile);
    }
    for profile in all() {
        assert!(by_aaguid(profile.aaguid).is_some(), "{}", profile.id);
    }
    assert_eq!(by_aaguid(Aaguid([0xff; 16])), None);
}

#[test]
fn the_schema_is_the_committed_one() {
    let path = folder().join("profile.schema.json");
    if std::env::var_os("KEYRIG_GENERATE").is_some() {
        std::fs::write(&path, json_schema()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(json_schema() == committed, "run `cargo xtask generate`");
}

#[test]
fn the_schema_accepts_every_file_and_refuses_a_misspelt_key() {
    let schema = serde_json::from_str(&json_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (id, text) in embedded::ALL {
        let mut value: serde_json::Value = serde_saphyr::from_str(text).unwrap();
        let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{id}: {errors:?}");
        value["atestation"] = value["attestation"].take();
        assert!(!validator.is_valid(&value), "{id}");
    }
}

#[test]
fn a_file_that_extends_a_profile_says_only_what_differs() {
    let text = "extends: yubikey-5-nfc-5.7\nname: Mine\nget_info:\n  options: {alwaysUv: true}\n  min_pin_length: 8\n";
    let mine = parse("desk/mine.yaml", text).unwrap();
    let base = find("yubikey-5-nfc-5.7").unwrap();
    assert_eq!((mine.id.as_str(), mine.name.as_str()), ("mine", "Mine"));
    assert_eq!(mine.get_info.option("alwaysUv"), Some(true));
    assert_eq!(mine.get_info.option("rk"), Some(true));
    assert_eq!(mine.get_info.min_pin_length, Some(8));

    let mut back = mine;
    back.id.clone_from(&base.id);
    back.name.clone_from(&base.name);
    back.get_info.options.clone_from(&base.get_info.options);
    back.get_info.min_pin_length = base.get_info.min_pin_length;
    assert_eq!(&back, base);
}

#[test]
fn the_aaguid_of_a_file_is_that_of_its_get_info() {
    let mine = parse("mine.yaml", "extends: bare\naaguid: adce0002-35bc-c60a-648b-0b25f1f05503\n").unwrap();
    assert_eq!(mine.get_info.aaguid, mine.aaguid);
}

#[test]
fn an_algorithm_is_a_name_or_a_number() {
    let mine = parse("mine.yaml", "extends: bare\nalgorithms: [EdDSA, -257, -65600]\n").unwrap();
    assert_eq!(mine.algorithms, [Algorithm::EDDSA, Algorithm::RS256, Algorithm(-65600)]);
}

#[test]
fn roots_are_shared_by_the_profiles_that_name_them() {
    let certificates =
        |ids: &[&str]| roots_pem(ids.iter().map(|id| find(id).unwrap())).matches("-----BEGIN CERTIFICATE-----").count();
    assert_eq!(certificates(&["yubikey-5-nfc-5.1", "yubikey-5-nfc-5.7", "icloud-keychain"]), 1);
    assert_eq!(
        certificates(&["yubikey-5-nfc-5.7", "yubikey-5-nfc-5.8", "feitian-epass-fido2"]),
        5,
        "and two intermediates"
    );
    assert_eq!(roots_pem(all()), roots_pem(all()));
}

fn render(error: &ProfileError) -> String {
    let mut out = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(100);
    handler.render_report(&mut out, error).unwrap();
    out
}

macro_rules! refusals {
    ($($name:ident: $text:expr,)*) => {$(
        #[test]
        fn $name() {
            let error = parse("mine.yaml", $text).expect_err("the file has a mistake");
            insta::assert_snapshot!(render(&error));
        }
    )*};
}

refusals! {
    unknown_key: "extends: bare\nname: Mine\natestation:\n  format: none\n",
    unknown_key_inside: "extends: bare\nget_info:\n  max_message_size: 2048\n",
    unknown_key_like_no_other: "extends: bare\nbackup: {eligible: true, state: true, xyzzy: 1}\n",
    unknown_value: "extends: bare\nattestation: {format: pakced}\n",
    unknown_algorithm: "extends: bare\nalgorithms:\n  - ES257\n",
    wrong_type: "extends: bare\ndiscoverable_credentials: many\n",
    wrong_type_list: "extends: bare\ntransports: usb\n",
    wrong_type_flag: "extends: bare\nget_info:\n  options:\n    rk: perhaps\n",
    number_out_of_range: "extends: bare\ncredential_id: {server_side: 70000, discoverable: 32}\n",
    missing_key_inside: "extends: bare\ncredential_id: {server_side: 64}\n",
    not_an_aaguid: "extends: bare\naaguid: adce0002-35bc\n",
    duplicate_key: "extends: bare\nname: Mine\nname: Yours\n",
    unknown_base: "extends: yubikey-5-nfc-5.6\n",
    base_like_no_other: "extends: toaster\n",
    missing_keys: "name: Mine\nmaker: Me\naaguid: 00000000-0000-0000-0000-000000000000\n",
    packed_without_chain: "extends: bare\nattestation:\n  format: packed\n",
    not_yaml: "extends: bare\nname: [Mine\n",
    empty: "",
    two_documents: "extends: bare\n---\nextends: bare\n",
    a_list: "- extends: bare\n",
    wide_characters_before_the_mistake: "extends: bare\nbackup: {eligible: true, \"ünï\": true, state: true}\n",
}

#[test]
fn a_missing_file_says_so() {
    let error = load(Path::new("no-such-folder/mine.yaml")).unwrap_err();
    assert_eq!((error.line(), error.column()), (0, 0));
    insta::assert_snapshot!(render(&error));
}

#[test]
fn a_file_cut_short_is_read_or_refused_with_a_place_inside_it() {
    let (_, text) = embedded::ALL.iter().find(|(id, _)| *id == "yubikey-5-nfc-5.8").unwrap();
    for end in (0..text.len()).step_by(11).filter(|end| text.is_char_boundary(*end)) {
        if let Err(error) = parse("cut.yaml", &text[..end]) {
            let lines = text[..end].lines().count().max(1) as u64;
            assert!(error.line() >= 1 && error.line() <= lines + 1, "{end}: line {} of {lines}", error.line());
            assert!(render(&error).contains("cut.yaml:"), "{end}");
        }
    }
}

#[test]
fn an_embedded_profile_extends_one_that_extends_nothing() {
    let read = |base: &str| parse_over(independent, "mine.yaml", &format!("extends: {base}\nname: Mine\n"));
    assert_eq!(read("bare").unwrap().name, "Mine");
    let (dependent, _) = embedded::ALL.iter().find(|(_, text)| text.contains("\nextends:")).unwrap();
    let error = read(dependent).unwrap_err();
    assert_eq!(error.problem(), format!("there is no profile `{dependent}` to extend"));
    assert!(parse("mine.yaml", &format!("extends: {dependent}\n")).is_ok(), "a file of one's own may");
}

#[test]
fn the_place_is_part_of_the_error() {
    let error = parse("mine.yaml", "extends: bare\nget_info:\n  max_message_size: 2048\n").unwrap_err();
    assert_eq!((error.line(), error.column()), (3, 3));
}
