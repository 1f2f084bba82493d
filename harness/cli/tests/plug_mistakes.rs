//! What is wrong with `keyrig plug` ends it before a key is there: with the right exit code, what failed, and what to do
//! on one line.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::net::TcpListener;
use std::process::Command;

use tempfile::TempDir;

/// The words after the profile, the exit code, and what standard error has.
type Mistake<'a> = (&'a [&'a str], i32, &'a [&'a str]);

fn said(folder: &TempDir, words: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_keyrig"))
        .args(["plug", "yubikey-5-nfc-5.7"])
        .args(words)
        .env("XDG_RUNTIME_DIR", folder.path())
        .current_dir(folder.path())
        .output()
        .unwrap();
    let [out, told] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), out, told)
}

#[test]
fn mistakes_of_the_command_line_are_told_before_a_key_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mistakes: [Mistake<'_>; 8] = [
        (&["--name", "../desk"], 2, &["× failed to call the key \"../desk\": it is no file name", "help: letters"]),
        (&["--name", ""], 2, &["× failed to call the key \"\": it is no file name"]),
        (&["--page", "0.0.0.0:0"], 2, &["--page", "others reach it too; 127.0.0.1:0 is a free port"]),
        (&["--page", "somewhere"], 2, &["it is an address and a port, such as 127.0.0.1:0"]),
        (&["--hooks", "0.0.0.0:3000"], 2, &["--hooks", "others reach it too"]),
        (&["--link", "nfc:99999"], 2, &["it is `uhid`, `nfc`, `nfc:` and a port, or `socket:` and a path"]),
        (&["--link", "socket:"], 2, &["it is `uhid`"]),
        (&["--gestures", "dance"], 2, &["`dance` is no gesture", "touch, wrong-finger"]),
    ];
    for (words, code, parts) in mistakes {
        let socket = ["--link", "socket:key.hid"];
        let words = if words[0] == "--link" { words.to_vec() } else { [words, &socket].concat() };
        let (ended, out, told) = said(&folder, &words);
        assert_eq!((ended, out.as_str()), (Some(code), ""), "{words:?}: {told}");
        parts.iter().for_each(|part| assert!(told.contains(part), "{words:?}: {told}"));
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "nothing was begun");
}

#[test]
fn what_is_in_the_way_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes"), "nobody's memory").unwrap();
    // Both at once, so that they are two ports; then one is free.
    let [free, taken] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let port = free.local_addr().unwrap().port();
    drop(free);
    let (nfc, taken) = (format!("nfc:{port}"), taken.local_addr().map(|at| (at.to_string(), taken)).unwrap());
    let socket = ["--link", "socket:key.hid"];
    let mistakes: [Mistake<'_>; 6] = [
        (
            &["--link", &nfc],
            3,
            &[
                "× failed to put a card on the virtual reader at 127.0.0.1:",
                "type `sudo apt-get install pcscd vsmartcard-vpcd`, then `sudo systemctl restart pcscd`",
            ],
        ),
        (&["--link", "socket:no/such/key.hid"], 3, &["× failed to listen at no/such/key.hid: ", "choose another path"]),
        (&["--link", "socket:notes"], 3, &["× failed to listen at notes: ", "that is no socket, is left alone"]),
        (
            &["--store", "no/such/key.redb"],
            3,
            &["× failed to create the store", "help: make the folder: mkdir -p no/such"],
        ),
        (&["--store", "notes"], 3, &["× failed to open the store notes: ", "help: "]),
        (&["--page", &taken.0], 3, &["× failed to serve the page at ", "--page 127.0.0.1:0 takes a free port"]),
    ];
    for (words, code, parts) in mistakes {
        let words = if words[0] == "--link" { words.to_vec() } else { [words, &socket].concat() };
        let (ended, _, told) = said(&folder, &words);
        assert_eq!(ended, Some(code), "{words:?}: {told}");
        parts.iter().for_each(|part| assert!(told.contains(part), "{words:?}: {told}"));
        assert_eq!(told.matches("os error").count(), usize::from(told.contains("os error")), "once: {told}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("notes")).unwrap(), "nobody's memory");
}
