//! Authenticator attestation GUIDs.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The 128-bit identifier of an authenticator's type (WebAuthn L3 §6.5.1).
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aaguid(pub [u8; 16]);

impl Aaguid {
    /// Sixteen zero bytes: "not told".
    pub const ZERO: Self = Self([0; 16]);

    /// Reads 32 hexadecimal digits with hyphens anywhere between bytes; for constants.
    ///
    /// # Panics
    ///
    /// On anything else, at compile time when used in a constant.
    pub const fn from_literal(text: &str) -> Self {
        match parse(text.as_bytes()) {
            Some(bytes) => Self(bytes),
            None => panic!("an AAGUID literal has 32 hexadecimal digits"),
        }
    }
}

const fn parse(text: &[u8]) -> Option<[u8; 16]> {
    let mut out = [0u8; 16];
    let mut digits = 0;
    let mut i = 0;
    while i < text.len() {
        let digit = match text[i] {
            b'-' => {
                i += 1;
                continue;
            }
            c @ b'0'..=b'9' => c - b'0',
            c @ b'a'..=b'f' => c - b'a' + 10,
            c @ b'A'..=b'F' => c - b'A' + 10,
            _ => return None,
        };
        if digits == 32 {
            return None;
        }
        out[digits / 2] = out[digits / 2] << 4 | digit;
        digits += 1;
        i += 1;
    }
    if digits == 32 { Some(out) } else { None }
}

/// The text is not an AAGUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnAaguid;

impl fmt::Display for NotAnAaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an AAGUID is 32 hexadecimal digits, such as 2fc0579f-8113-47ea-b116-bb5a8db9202a")
    }
}

impl core::error::Error for NotAnAaguid {}

impl FromStr for Aaguid {
    type Err = NotAnAaguid;

    fn from_str(text: &str) -> Result<Self, NotAnAaguid> {
        parse(text.as_bytes()).map(Self).ok_or(NotAnAaguid)
    }
}

impl fmt::Display for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Aaguid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Aaguid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn text_round_trips() {
        let text = "2fc0579f-8113-47ea-b116-bb5a8db9202a";
        assert_eq!(text.parse::<Aaguid>().unwrap().to_string(), text);
        assert_eq!(text.replace('-', "").parse::<Aaguid>().unwrap().to_string(), text);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "2fc0579f", "2fc0579f-8113-47ea-b116-bb5a8db9202g", "2fc0579f-8113-47ea-b116-bb5a8db9202a00"] {
            assert_eq!(text.parse::<Aaguid>(), Err(NotAnAaguid), "{text}");
        }
    }
}
