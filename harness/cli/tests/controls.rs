//! Each control of the hardened policy, turned off alone, changes the cell of its row in the demo and no other.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::Command;

use serde_json::Value;

const HARDENED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../relying-party/policies/hardened.yaml"));

/// Row, the control's lines, and what stands there without it. Each text is in the policy exactly once.
const CONTROLS: [(u64, &str, &str); 9] = [
    (1, "origins:\n  check: declared\n", "origins:\n  check: none\n"),
    (2, BLOCK_LIST, ""),
    (
        3,
        "      - 2fc0579f-8113-47ea-b116-bb5a8db9202a # YubiKey 5 with NFC, firmware 5.2 and 5.4\n      - 73bb0cd4",
        "      - 73bb0cd4",
    ),
    (4, "enforce_at_authentication: true\n", "enforce_at_authentication: false\n"),
    (5, "    - require_at_least_one:\n", "    - require_at_least_one:\n        - one_time_code: sms\n"),
    (6, "        set_attribute: passkey_recovery_cooldown_until=now+24h\n", ""),
    (7, "    allowed_transports: [usb, nfc]\n", "    allowed_transports: [usb, nfc, hybrid]\n"),
    (8, "  on_change: step_up\n", "  on_change: ignore\n"),
    (9, "  push_after: 60s\n", "  push_after: 24h\n"),
];

const BLOCK_LIST: &str = "    aaguid_blocklist:
      - adce0002-35bc-c60a-648b-0b25f1f05503 # Chrome on a Mac
      - fbfc3007-154e-4ecc-8c0b-6e020557d7bd # iCloud Keychain
      - dd4ec289-e01d-41c9-bb89-70fa845d4bf2 # iCloud Keychain, managed
      - ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4 # Google Password Manager
      - bada5566-a7aa-401f-bd96-45619a55120d # 1Password
";

#[test]
fn exactly_the_row_of_the_control_changes() {
    let folder = tempfile::tempdir().unwrap();
    let with_all = hardened_cells(folder.path(), HARDENED);
    assert_eq!(with_all.len(), 9);
    for (row, control, without) in CONTROLS {
        assert_eq!(HARDENED.matches(control).count(), 1, "row {row}: the control is not in the policy once");
        let cells = hardened_cells(folder.path(), &HARDENED.replace(control, without));
        let changed: Vec<u64> = with_all.iter().zip(&cells).filter(|(a, b)| a != b).map(|((row, _), _)| *row).collect();
        assert_eq!(changed, [row], "{with_all:?}\n{cells:?}");
    }
}

/// Row and hardened cell of a demo under `policy`.
fn hardened_cells(folder: &std::path::Path, policy: &str) -> Vec<(u64, String)> {
    let file = folder.join("policy.yaml");
    std::fs::write(&file, policy).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyrig"));
    command.args(["demo", "--json", "--seed", "controls", "--hardened"]).arg(&file);
    let output = command.arg("--reports").arg(folder.join("reports")).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    let rows = told["rows"].as_array().unwrap();
    rows.iter().map(|row| (row["number"].as_u64().unwrap(), row["hardened"].as_str().unwrap().to_owned())).collect()
}
