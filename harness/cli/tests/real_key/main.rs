//! A key in another process, behind a socket of reports, that the runner knows nothing of.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod left_as_found;
mod only_u2f;
mod plugged;

use std::process::{Command, Output, Stdio};

use plugged::{Key, PIN, keyrig, text};
use serde_json::Value;

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(output)))
}

/// Each scenario's id and how it ended, in one word.
fn ends(summary: &Value) -> Vec<(String, String)> {
    let cases = summary["cases"].as_array().unwrap().iter();
    cases
        .map(|case| {
            let verdict = case["end"]["judged"]["verdict"].as_str().unwrap_or("trouble");
            (case["id"].as_str().unwrap().to_owned(), verdict.to_owned())
        })
        .collect()
}

/// Runs every scenario with the key and compares with what `keyrig list` foretold; gives back how many were played.
fn as_foretold(key: &Key) -> usize {
    let foretold = json(&key.keyrig(&["list", "--json"]));
    let run = key.keyrig(&["run", "--reporter", "json"]);
    let summary = json(&run);
    let mut played = 0;
    for ((id, verdict), row) in ends(&summary).into_iter().zip(foretold.as_array().unwrap()) {
        assert_eq!(row["id"], id.as_str());
        let wanted = if row["with this key"] == "can be run" { "pass" } else { "skipped" };
        assert_eq!(verdict, wanted, "{id}: {row}\n{}", text(&run));
        played += usize::from(verdict == "pass");
    }
    assert_eq!(run.status.code(), Some(1), "what is skipped is not shown: {}", text(&run));
    played
}

#[test]
fn every_scenario_ends_as_the_list_foretells() {
    let key = Key::plug("yubikey-5-nfc-5.4");
    let without_pin = as_foretold(&key);
    key.set_pin();
    let with_pin = as_foretold(&key);
    assert!(with_pin > without_pin && with_pin >= 60, "{without_pin} without a PIN, {with_pin} with one");
}

#[test]
fn a_run_leaves_the_key_as_it_was_found() {
    let key = Key::plug("yubikey-5-nfc-5.7");
    key.set_pin();
    let kept = key.keyrig(&["register", "--user", "own@corp.example.com", "--target", "builtin:default", "--keep"]);
    assert_eq!(kept.status.code(), Some(0), "{}", text(&kept));
    let run = key.keyrig(&["run", "ceremony/discoverable-sign-in"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    assert!(text(&run).contains("as before; 1 were deleted"), "{}", text(&run));
}

#[test]
fn a_wrong_pin_costs_one_try() {
    let key = Key::plug("yubikey-5-nfc-5.7");
    key.set_pin();
    for left in ["7", "6"] {
        let mut run = key.command(&["run", "ceremony"]);
        let run = run.env("KEYRIG_PIN", "71828182").output().unwrap();
        assert_eq!(run.status.code(), Some(3), "{}", text(&run));
        assert!(text(&run).contains(&format!("{left} tries are left")), "{}", text(&run));
    }
}

#[test]
fn without_its_pin_a_key_is_not_asked() {
    let key = Key::plug("yubikey-5-nfc-5.7");
    key.set_pin();
    let run = key.command(&["run", "ceremony"]).env_remove("KEYRIG_PIN").stdin(Stdio::null()).output().unwrap();
    assert_eq!(run.status.code(), Some(2), "{}", text(&run));
    assert!(text(&run).contains("--pin-from fd:3"), "{}", text(&run));
}

#[test]
fn nothing_that_stays_is_done_without_permission() {
    let key = Key::plug("yubikey-5-nfc-5.7");
    let register = ["register", "--user", "alice@corp.example.com"];
    let refused = key.keyrig(&register);
    assert_eq!(refused.status.code(), Some(1), "it has no PIN and gets none: {}", text(&refused));
    let mut destructive = key.command(&[&register[..], &["--destructive"]].concat());
    let typo = plugged::typing(&mut destructive, "YubiKey 5");
    assert_eq!(typo.status.code(), Some(2), "{}", text(&typo));
    assert!(text(&typo).contains("what was typed is not"), "{}", text(&typo));
}

#[test]
fn reports_hold_no_pin() {
    let key = Key::plug("yubikey-5-nfc-5.4");
    key.set_pin();
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let reporter = format!("json={}", report.display());
    let seed = "07".repeat(32);
    let arguments = ["run", "ceremony", "attack/origin-suffix", "--seed", &seed, "--reporter", &reporter];
    let (one, first) = (key.keyrig(&arguments), std::fs::read_to_string(&report).unwrap());
    let (_, second) = (key.keyrig(&arguments), std::fs::read_to_string(&report).unwrap());
    for text in [&text(&one), &first] {
        assert!(!gives_away(text), "{text}");
    }
    let keys = |report: &str| -> Vec<String> {
        let requests = report.split('"').filter(|text| text.starts_with("06a") && text.contains("21582"));
        requests.map(str::to_owned).collect()
    };
    assert!(!keys(&first).is_empty(), "the PIN was used");
    assert!(keys(&first).iter().all(|key| !keys(&second).contains(key)), "what hides it does not follow from the seed");
}

#[test]
fn ctrl_c_tells_the_key_to_cancel() {
    let key = Key::plug_with("yubikey-5-nfc-5.7", "person");
    let mut register = key.command(&["register", "--user", "alice@corp.example.com", "--target", "builtin:default"]);
    let mut running = register.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    plugged::wait_for(running.stderr.as_mut().unwrap(), "touch your key now");
    let id = running.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let ended = running.wait().unwrap();
    assert_ne!(ended.code(), None, "it ends by itself");
    let after = key.keyrig(&["list", "--json"]);
    assert_eq!(after.status.code(), Some(0), "the key is free again at once: {}", text(&after));
}

#[test]
fn a_key_that_is_not_there_is_said() {
    let none = keyrig(&["run", "--device", "socket:/nonexistent/key", "ceremony"]).output().unwrap();
    assert_eq!(none.status.code(), Some(3), "{}", text(&none));
    assert!(text(&none).contains("nothing answers at /nonexistent/key"), "{}", text(&none));
}

/// Whether the PIN, or what stands for it, is in a text.
fn gives_away(text: &str) -> bool {
    use base64::Engine as _;
    use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
    let hash = <sha2::Sha256 as sha2::Digest>::digest(PIN);
    let forms = [PIN.as_bytes(), &hash[..16]]
        .map(|secret| [hex(secret), BASE64_STANDARD_NO_PAD.encode(secret), BASE64_URL_SAFE_NO_PAD.encode(secret)]);
    text.contains(PIN) || forms.iter().flatten().any(|form| text.contains(form.as_str()))
}

#[test]
fn no_report_finding_trace_or_error_gives_the_pin_away() {
    assert!(gives_away(&format!("it is {PIN}")) && gives_away(&hex(PIN.as_bytes())), "the control");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let key = Key::plug_tracing("yubikey-5-nfc-5.4", &path("trace.jsonl"));
    key.set_pin();
    let reports = ["json", "junit", "html", "terminal"].map(|kind| format!("{kind}={}", path(kind)));
    let mut arguments = vec!["run", "ceremony/discoverable-sign-in", "attack/user-not-verified-at-sign-in"];
    let findings = path("findings");
    arguments.extend(["--findings", &findings, "--time-limit", "60"]);
    reports.iter().for_each(|report| arguments.extend(["--reporter", report]));
    let mut said = vec![text(&key.keyrig(&arguments))];
    let alice = ["--user", "alice@corp.example.com", "--json"];
    said.push(text(&key.keyrig(&[&["authenticate"][..], &alice, &["--expect", "rejected"]].concat())));
    let mut wrong = key.command(&[&["register"][..], &alice, &["--pin-from", "fd:0"]].concat());
    let wrong = text(&plugged::typing(&mut wrong, &format!("{PIN}0")));
    assert!(wrong.contains("it does not take this PIN"), "{wrong}");
    said.push(wrong);
    said.push(text(&key.told(&["log"])));
    for entry in walk(folder.path()) {
        said.push(String::from_utf8_lossy(&std::fs::read(entry).unwrap()).into_owned());
    }
    assert!(said.len() >= 9, "all of it was written: {}", said.len());
    assert!(said.iter().any(|text| text.contains("\"06")), "the trace is among it");
    for text in said {
        assert!(!gives_away(&text), "{text}");
    }
}

/// Every file below a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn devices_tells_what_a_key_is_and_how_it_is() {
    let key = Key::plug("yubikey-5-nfc-5.4");
    let told = key.command(&["devices"]).env_remove("KEYRIG_PIN").output().unwrap();
    let told = text(&told);
    for words in ["YubiKey 5 with NFC", "5.4.2", "public lists call it", "YSA-2024-03", "none is set", "followed by"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    key.set_pin();
    let mut devices = key.command(&["devices", "--json", "--pin-from", "fd:0"]);
    let found = json(&plugged::typing(&mut devices, PIN));
    assert_eq!(found[0]["pin"]["retries"], 8);
    assert_eq!(found[0]["credentials"]["used"], 0);
    assert_eq!(found[0]["catalogue"]["profile"], "yubikey-5-nfc-5.4");
    let none = keyrig(&["devices", "--device", "socket:/nonexistent/key", "--json"]).output().unwrap();
    assert_eq!((none.status.code(), json(&none)[0]["error"].is_string()), (Some(3), true));
}
