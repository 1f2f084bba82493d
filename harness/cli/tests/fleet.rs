//! Rehearsals: what a provisioning script left on each key is compared with what it should have left. Two faults are
//! planted, one in a client and one in the order of a script.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use keyrig_ctap::cose::{Algorithm, CoseKey};
use keyrig_ctap::message::client_pin::{self, Subcommand};
use keyrig_ctap::message::make_credential::{self, Options, Parameter};
use keyrig_ctap::message::{PUBLIC_KEY, RelyingParty, User, config};
use keyrig_ctap::pin_uv_auth::{Protocol, SharedSecret, key_agreement_key};
use keyrig_ctap::{Command as Ctap, Status};
use keyrig_runner::device::real::Nobody;
use keyrig_runner::device::{Device as _, Interrupt, RealKey};
use serde_json::Value;

const PIN: &[u8] = b"60221407";

/// The command of each rehearsal: it says where its key is, and ends as it is told to.
const SCRIPT: &str = "printf '%s\\n' \"$KEYRIG_DEVICE\" > \"$0/where\"; exit \"$(cat \"$0/code\")\"";

/// Runs a rehearsal whose provisioning is `provision`, which is called once for each profile.
fn rehearse(profiles: &[&str], expectations: &[&str], provision: fn(&mut RealKey) -> Status) -> (Output, Value) {
    let folder = tempfile::tempdir().unwrap();
    let (place, code) = (folder.path().join("where"), folder.path().join("code"));
    assert!(Command::new("mkfifo").args([&place, &code]).status().unwrap().success());
    let count = profiles.len();
    let hands = thread::spawn(move || {
        for _ in 0..count {
            let told = fs::read_to_string(&place).unwrap();
            fs::write(&code, u8::from(provisioned(told.trim(), provision) != Status::OK).to_string()).unwrap();
        }
    });
    let mut command = keyrig(folder.path());
    command.args(["fleet", "plug", "--json", "--link", "socket"]).args(profiles).args(expectations);
    let output = command.arg("--").args(["sh", "-c", SCRIPT]).arg(folder.path()).output().unwrap();
    hands.join().unwrap();
    let told = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    (output, told)
}

fn keyrig(runtime: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyrig"));
    command.env("XDG_RUNTIME_DIR", runtime).env("NO_COLOR", "1");
    command
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn provisioned(place: &str, provision: fn(&mut RealKey) -> Status) -> Status {
    let mut key = RealKey::at(&place.parse().unwrap(), Box::new(Nobody), Interrupt::default()).unwrap();
    key.allow_lasting_changes();
    provision(&mut key)
}

fn send(key: &mut RealKey, command: Ctap, parameters: &[u8]) -> (Status, Vec<u8>) {
    let answer = key.transact(&[&[command.0], parameters].concat()).unwrap();
    (Status(answer[0]), answer[1..].to_vec())
}

/// Sets a PIN by protocol 2, with as many bytes of the proof as the client cares to send.
fn set_pin(key: &mut RealKey, proof_bytes: usize) -> Status {
    let ask = client_pin::Request { protocol: Some(2), ..client_pin::Request::new(Subcommand::GET_KEY_AGREEMENT) };
    let (_, answer) = send(key, Ctap::CLIENT_PIN, &ask.encode());
    let peer = client_pin::Response::decode(&answer).unwrap().key_agreement.unwrap();
    let own = p256::SecretKey::from_slice(&[7; 32]).unwrap();
    let secret = SharedSecret::agree(Protocol::Two, &own, &CoseKey::from_bytes(&peer)).unwrap();
    let mut padded = [0; 64];
    padded[..PIN.len()].copy_from_slice(PIN);
    let new_pin_enc = secret.encrypt(&padded, [9; 16]).unwrap();
    let mut proof = secret.authenticate(&[&new_pin_enc]);
    proof.truncate(proof_bytes);
    let set = client_pin::Request {
        protocol: Some(2),
        key_agreement: Some(key_agreement_key(&own.public_key()).bytes().to_vec()),
        new_pin_enc: Some(new_pin_enc),
        pin_uv_auth_param: Some(proof),
        ..client_pin::Request::new(Subcommand::SET_PIN)
    };
    send(key, Ctap::CLIENT_PIN, &set.encode()).0
}

/// A discoverable credential of alice's.
fn enrol(key: &mut RealKey) -> Status {
    let request = make_credential::Request {
        client_data_hash: [0xcd; 32],
        rp: RelyingParty { id: "corp.example.com".to_owned(), name: None },
        user: User { id: b"alice".to_vec(), name: Some("alice".to_owned()), display_name: None },
        parameters: vec![Parameter { algorithm: Algorithm::ES256, kind: PUBLIC_KEY.to_owned() }],
        exclude_list: None,
        extensions: None,
        options: Options { rk: Some(true), ..Options::default() },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
        enterprise_attestation: None,
        attestation_formats: None,
    };
    send(key, Ctap::MAKE_CREDENTIAL, &request.encode()).0
}

fn enable_enterprise_attestation(key: &mut RealKey) -> Status {
    let request = config::Request::new(config::Subcommand::ENABLE_ENTERPRISE_ATTESTATION);
    send(key, Ctap::CONFIG, &request.encode()).0
}

fn reset(key: &mut RealKey) -> Status {
    send(key, Ctap::RESET, &[]).0
}

/// The first of several that is not a success.
fn all(statuses: &[Status]) -> Status {
    statuses.iter().copied().find(|status| *status != Status::OK).unwrap_or(Status::OK)
}

const BEFORE_AND_AFTER: [&str; 2] = ["yubikey-5-nfc-5.7", "yubikey-5-nfc-5.7.4"];

#[test]
fn a_client_that_cuts_its_proofs_works_until_the_firmware_that_reads_all_of_them() {
    let expected = ["--pin-is-set", "true"];
    let (output, told) = rehearse(&BEFORE_AND_AFTER, &expected, |key| set_pin(key, 32));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!((&told[0]["good"], &told[1]["good"]), (&true.into(), &true.into()), "{told}");
    let (output, told) = rehearse(&BEFORE_AND_AFTER, &expected, |key| set_pin(key, 16));
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!((&told[0]["good"], &told[1]["good"]), (&true.into(), &false.into()), "{told}");
    assert_eq!(told[1]["command"], "ended with 1");
    assert_eq!(told[1]["differences"][0], "pin-is-set is false, not true");
}

#[test]
fn a_script_that_resets_and_forgets_enterprise_attestation_is_caught() {
    let key = ["yubikey-5-nfc-ep-5.7"];
    let expected = ["--pin-is-set", "true", "--enterprise-attestation", "true"];
    let right = |key: &mut RealKey| all(&[reset(key), enable_enterprise_attestation(key), set_pin(key, 32)]);
    let (output, told) = rehearse(&key, &expected, right);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(told[0]["left"]["settings"]["enterprise_attestation"], true);
    let wrong = |key: &mut RealKey| all(&[enable_enterprise_attestation(key), reset(key), set_pin(key, 32)]);
    let (output, told) = rehearse(&key, &expected, wrong);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(told[0]["command"], "ended with 0", "the script itself saw nothing");
    assert_eq!(told[0]["differences"], serde_json::json!(["enterprise-attestation is false, not true"]));
}

#[test]
fn a_file_says_what_is_to_be_left_and_keyrig_itself_may_be_the_script() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("provisioned.yaml");
    let enrol = format!(
        "{} register --device \"$KEYRIG_DEVICE\" --keep --user alice@corp.example.com --target builtin:default",
        env!("CARGO_BIN_EXE_keyrig")
    );
    let left = |wanted: &str| {
        fs::write(&file, format!("credentials:\n  - {{rp-id: corp.example.com, discoverable: {wanted}}}\n")).unwrap();
        let mut command = keyrig(folder.path());
        command.args(["fleet", "plug", "yubikey-5-nfc-5.7", "--link", "socket", "--expect"]).arg(&file);
        command.args(["--", "sh", "-c", &enrol]).output().unwrap()
    };
    let server_side = left("false");
    assert_eq!(server_side.status.code(), Some(0), "{}", text(&server_side));
    let discoverable = left("true");
    assert_eq!(discoverable.status.code(), Some(1), "a real key is spared its slots: {}", text(&discoverable));
    assert!(text(&discoverable).contains("server-side)"), "{}", text(&discoverable));
    fs::write(&file, "slots-left: 100\nmin-pin-lenght: 4\n").unwrap();
    let mut command = keyrig(folder.path());
    let typo = command.args(["fleet", "plug", "yubikey-5-nfc-5.7", "--expect"]).arg(&file).args(["--", "true"]);
    let typo = typo.output().unwrap();
    assert_eq!(typo.status.code(), Some(2), "{}", text(&typo));
    assert!(text(&typo).contains("min-pin-lenght"), "{}", text(&typo));
}

/// The file that the help shows.
fn example() -> String {
    let help = keyrig(Path::new("/")).args(["fleet", "plug", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, after) = help.split_once("may be anything:\n\n").unwrap();
    let (example, _) = after.split_once("\n\n").unwrap();
    example.lines().map(|line| format!("{}\n", line.strip_prefix("  ").unwrap())).collect()
}

#[test]
fn each_line_of_the_example_of_the_help_can_fail() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("provisioned.yaml");
    let differences = |text: &str| {
        fs::write(&file, text).unwrap();
        let provision: fn(&mut RealKey) -> Status =
            |key| all(&[enrol(key), enable_enterprise_attestation(key), set_pin(key, 32)]);
        let (output, told) = rehearse(&["yubikey-5-nfc-ep-5.7"], &["--expect", file.to_str().unwrap()], provision);
        assert_eq!(told[0]["command"], "ended with 0", "{}", self::text(&output));
        told[0]["differences"].as_array().unwrap().clone()
    };
    let example = example();
    let names_in = |found: &[Value]| -> Vec<String> {
        found.iter().map(|line| line.as_str().unwrap().split(" is ").next().unwrap().to_owned()).collect()
    };
    assert_eq!(names_in(&differences(&example)), ["pin-must-change", "min-pin-length"], "{example}");
    let all_wrong = example
        .replace("true", "yes?")
        .replace("false", "true")
        .replace("yes?", "false")
        .replace("length: 6", "length: 4")
        .replace("99", "100")
        .replace("616c696365", "626f62");
    let found = differences(&all_wrong);
    assert_eq!(names_in(&found)[..4], ["pin-is-set", "always-uv", "enterprise-attestation", "slots-left"], "{found:?}");
    assert!(found[4].as_str().unwrap().contains("one of user handle 616c696365 (alice, discoverable)"), "{found:?}");
}

#[test]
fn a_command_that_is_not_there_or_never_ends_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = keyrig(folder.path());
        command.args(["fleet", "plug", "yubikey-5-nfc-5.7", "--link", "socket"]).args(arguments).output().unwrap()
    };
    let missing = run(&["--", "/nonexistent/provision"]);
    assert_eq!(missing.status.code(), Some(3), "{}", text(&missing));
    let endless = run(&["--time-limit", "0", "--", "cat", "/dev/zero"]);
    assert_eq!(endless.status.code(), Some(1), "{}", text(&endless));
    assert!(text(&endless).contains("was ended after 0 s"), "{}", String::from_utf8_lossy(&endless.stderr));
}

#[test]
fn a_script_pulls_its_key_out_and_puts_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let script = "keyrig key --key $KEYRIG_KEY remove && keyrig key --key $KEYRIG_KEY status && \
        keyrig key --key $KEYRIG_KEY insert && keyrig devices --device $KEYRIG_DEVICE";
    let path = Path::new(env!("CARGO_BIN_EXE_keyrig")).parent().unwrap().display().to_string();
    let mut command = keyrig(folder.path());
    command.env("PATH", format!("{path}:{}", std::env::var("PATH").unwrap()));
    command.args(["fleet", "plug", "--link", "socket", "yubikey-5-nfc-5.7", "yubikey-5-nfc-5.7.4"]);
    let output = command.args(["--", "sh", "-c", script]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(text(&output).matches("It is out of its port.").count(), 2, "{}", text(&output));
    let left = fs::read_dir(folder.path().join("keyrig")).unwrap().flatten();
    let sockets = left.filter(|entry| entry.path().extension().is_some_and(|end| end == "sock")).count();
    assert_eq!(sockets, 0, "a key that is gone has a socket");
}
