//! Spans of time as people write them: `60s`, `30m`, `24h`, `365d`, or `0` for at once.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A span of time in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(Duration);

impl Span {
    /// A span of `seconds`.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// A span of `minutes`.
    pub const fn minutes(minutes: u64) -> Self {
        Self::seconds(minutes * 60)
    }

    /// A span of `hours`.
    pub const fn hours(hours: u64) -> Self {
        Self::seconds(hours * 3600)
    }

    /// The span.
    pub const fn duration(self) -> Duration {
        self.0
    }
}

/// The units, the longest first.
const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (unit, size) =
            UNITS.into_iter().find(|(_, size)| seconds.is_multiple_of(*size) && seconds >= *size).unwrap_or(("s", 1));
        write!(f, "{}{unit}", seconds / size)
    }
}

/// The text is not a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotASpan;

impl fmt::Display for NotASpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a span of time is a number with its unit, such as 60s, 30m, 24h or 365d, or 0")
    }
}

impl std::error::Error for NotASpan {}

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, NotASpan> {
        if text == "0" {
            return Ok(Self::seconds(0));
        }
        UNITS
            .into_iter()
            .find_map(|(unit, size)| Some((text.strip_suffix(unit)?, size)))
            .filter(|(number, _)| number.bytes().all(|c| c.is_ascii_digit()))
            .and_then(|(number, size)| number.parse::<u64>().ok()?.checked_mul(size))
            .map(Self::seconds)
            .ok_or(NotASpan)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_and_write() {
        for (text, seconds) in [("0", 0), ("60s", 60), ("30m", 1800), ("24h", 86_400), ("365d", 31_536_000)] {
            assert_eq!(text.parse(), Ok(Span::seconds(seconds)));
        }
        for (seconds, text) in [(0, "0s"), (90, "90s"), (1800, "30m"), (86_400, "1d"), (90_000, "25h")] {
            assert_eq!(Span::seconds(seconds).to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "5", "m", "-5m", "5 m", "5w", "99999999999999999999d", "999999999999999999d"] {
            assert_eq!(text.parse::<Span>(), Err(NotASpan), "{text}");
        }
    }
}
