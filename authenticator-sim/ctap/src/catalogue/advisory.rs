//! What makers published about firmware.

use super::Firmware;

/// A published weakness of firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advisory {
    /// Its number, as its maker gives it.
    pub id: &'static str,
    /// What is wrong, in one sentence.
    pub what: &'static str,
    /// The oldest firmware that has it, where that is known.
    pub first: Option<[u8; 3]>,
    /// The firmware that has it no more.
    pub fixed: [u8; 3],
    /// The name it has beyond its maker.
    pub cve: &'static str,
}

impl Advisory {
    pub(super) fn affects(&self, firmware: Firmware) -> bool {
        firmware.first < self.fixed && self.first.is_none_or(|first| firmware.last >= first)
    }
}

/// Yubico's, sorted by id; no firmware of these keys can be updated.
pub(super) const YUBICO: &[Advisory] = &[
    Advisory {
        id: "YSA-2024-03",
        what: "who holds the key and measures it can recover an ECDSA private key",
        first: None,
        fixed: [5, 7, 0],
        cve: "CVE-2024-45678",
    },
    Advisory {
        id: "YSA-2025-02",
        what: "PIN/UV auth protocol 2 compares half of a pinUvAuthParam",
        first: Some([5, 4, 1]),
        fixed: [5, 7, 4],
        cve: "CVE-2025-29991",
    },
];
