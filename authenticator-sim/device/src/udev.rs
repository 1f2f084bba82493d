//! What udev and the module loader are told, so that nobody has to be root: the files in `udev/`, made from a table.

use crate::transport::uhid::Identity;

/// Modules that are loaded at start.
pub const MODULES: &[Module] = &[Module { name: "uhid", why: "virtual keys are made through /dev/uhid" }];

/// A kernel module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its name.
    pub name: &'static str,
    /// What needs it.
    pub why: &'static str,
}

/// A rule: what a node looks like, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Why there is a rule.
    pub why: &'static str,
    /// udev's conditions.
    pub matches: Vec<String>,
    /// What udev does.
    pub then: Vec<&'static str>,
}

/// Gives the node to whoever sits at the machine; by systemd-logind, in its rules of number 73.
const TO_WHO_SITS_HERE: &str = "TAG+=\"uaccess\"";

/// The table.
pub fn rules() -> Vec<Rule> {
    let neutral = Identity::neutral("");
    let of_ours = format!("KERNELS==\"*:{:04X}:{:04X}.*\"", neutral.vendor, neutral.product);
    let hidraw = || "SUBSYSTEM==\"hidraw\"".to_owned();
    vec![
        Rule {
            why: "to plug a virtual key in",
            matches: vec!["KERNEL==\"uhid\"".to_owned(), "SUBSYSTEM==\"misc\"".to_owned()],
            then: vec![TO_WHO_SITS_HERE, "OPTIONS+=\"static_node=uhid\""],
        },
        Rule { why: "to use a virtual key", matches: vec![hidraw(), of_ours], then: vec![TO_WHO_SITS_HERE] },
        Rule {
            why: "to use any key, known by its report descriptor (systemd's 60-fido-id.rules)",
            matches: vec![hidraw(), "ENV{ID_FIDO_TOKEN}==\"1\"".to_owned()],
            then: vec![TO_WHO_SITS_HERE],
        },
    ]
}

/// `udev/70-keyrig.rules`.
pub fn rules_file() -> String {
    let lines = rules().into_iter().map(|Rule { why, matches, then }| {
        let line: Vec<&str> = matches.iter().map(String::as_str).chain(then).collect();
        format!("\n# {why}\n{}\n", line.join(", "))
    });
    let head = "# Made from the table in authenticator-sim/device/src/udev.rs.\n".to_owned();
    std::iter::once(head).chain(lines).collect()
}

/// `udev/modules-load.d/keyrig.conf`.
pub fn modules_file() -> String {
    let head = "# Made from the table in authenticator-sim/device/src/udev.rs.\n".to_owned();
    let lines = MODULES.iter().map(|Module { name, why }| format!("\n# {why}\n{name}\n"));
    std::iter::once(head).chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::{env, fs};

    use super::*;

    /// Compares a committed file with `text`, or writes it where `KEYRIG_GENERATE` is set.
    fn committed(name: &str, text: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../udev").join(name);
        if env::var_os("KEYRIG_GENERATE").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap_or_default(), text, "KEYRIG_GENERATE=1 writes it from the table");
    }

    #[test]
    fn the_committed_udev_rules_are_those_of_the_table() {
        committed("70-keyrig.rules", &rules_file());
        committed("modules-load.d/keyrig.conf", &modules_file());
    }

    #[test]
    fn every_udev_rule_is_one_line_of_conditions_and_what_follows() {
        let file = rules_file();
        let lines: Vec<&str> = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert_eq!(lines.len(), rules().len());
        for line in lines {
            assert!(line.contains("==\"") && line.contains(TO_WHO_SITS_HERE), "{line}");
        }
        assert!(file.contains("KERNELS==\"*:1209:0001.*\""), "{file}");
    }
}
