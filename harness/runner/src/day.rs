//! Days of the proleptic Gregorian calendar, for expiries and reports.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A day, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Day {
    days: i64,
}

impl Day {
    /// The day of `time`.
    pub(crate) fn of(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self { days: i64::try_from(since.as_secs() / 86_400).unwrap_or(i64::MAX) }
    }

    /// Reads `2027-01-31`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a day like `2027-01-31`");
        let [year, month, day] = text.split('-').collect::<Vec<_>>()[..] else { return Err(wrong()) };
        if (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return Err(wrong());
        }
        let number = |text: &str| text.parse::<u16>().map(i64::from).map_err(|_| wrong());
        let found = Self::from_civil(number(year)?, number(month)?, number(day)?);
        if found.to_string() == text { Ok(found) } else { Err(wrong()) }
    }

    /// Counts days in 400-year eras that begin in March, so that a leap day comes last.
    fn from_civil(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Self { days: era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468 }
    }

    fn to_civil(self) -> (i64, i64, i64) {
        let days = self.days + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (year + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.to_civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// `2026-11-21T20:15:00Z`.
pub(crate) fn timestamp(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs() % 86_400;
    format!("{}T{:02}:{:02}:{:02}Z", Day::of(time), seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_read_and_print_themselves() {
        for text in ["1970-01-01", "2000-02-29", "2026-11-21", "2100-12-31"] {
            assert_eq!(Day::parse(text).expect(text).to_string(), text);
        }
        for wrong in ["2026-02-29", "2026-13-01", "26-01-01", "2026-1-1", "soon", "2026-00-10"] {
            assert!(Day::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(timestamp(UNIX_EPOCH + Duration::from_secs(1_763_757_000)), "2025-11-21T20:30:00Z");
    }
}
