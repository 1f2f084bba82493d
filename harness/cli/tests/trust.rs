//! A genuine key, whose root no embedded profile has: here one of a profile of the user's own.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::{Command, Output};

fn keyrig(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keyrig")).args(words).env("NO_COLOR", "1").output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_built_in_relying_party_is_told_to_trust_its_root() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (profile, root, empty) = (path("genuine.yaml"), path("root.pem"), path("empty.pem"));
    let text_of_profile = "extends: yubikey-5-nfc-5.4
attestation:
  format: packed
  chain: {root: keyrig Test Genuine Root, common_name: keyrig Test Key, organization: Yubico AB, country: SE}
";
    std::fs::write(&profile, text_of_profile).unwrap();
    std::fs::write(&empty, "").unwrap();
    let exported = keyrig(&["profile", "export", &profile, "--roots"]);
    assert!(exported.status.success(), "{}", text(&exported));
    std::fs::write(&root, &exported.stdout).unwrap();
    let register = ["register", "--user", "admin1@corp.example.com", "--profile", &profile];
    let stranger = keyrig(&register);
    assert_eq!(stranger.status.code(), Some(1), "{}", text(&stranger));
    assert!(text(&stranger).contains("rejected(attestation-untrusted)"), "{}", text(&stranger));
    let trusted = keyrig(&[&register[..], &["--trust", &root]].concat());
    assert_eq!(trusted.status.code(), Some(0), "{}", text(&trusted));
    let mistake = keyrig(&[&register[..], &["--trust", &empty]].concat());
    assert_eq!(mistake.status.code(), Some(2), "{}", text(&mistake));
    assert!(text(&mistake).contains("failed to find a PEM certificate"), "{}", text(&mistake));
    let missing = keyrig(&["run", "ceremony/discoverable-sign-in", "--trust", &path("missing.pem")]);
    assert_eq!(missing.status.code(), Some(2), "{}", text(&missing));
}
