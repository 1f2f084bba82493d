//! Time as an input: the relying party asks a [`Clock`] and never the operating system.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The last moment that RFC 3339 can write.
    const LAST: u64 = 253_402_300_799_999;

    /// The moment `seconds` after the Unix epoch; moments after the year 9999 become its last one.
    pub const fn from_unix(seconds: u64) -> Self {
        let millis = seconds.saturating_mul(1000);
        Self(if millis > Self::LAST { Self::LAST } else { millis })
    }

    /// Whole seconds since the Unix epoch.
    pub const fn as_unix(self) -> u64 {
        self.0 / 1000
    }

    /// The moment `span` later, at most the end of the year 9999.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(millis).min(Self::LAST))
    }

    /// Time since `earlier`, zero if it lies ahead.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, to the second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.as_unix();
        let (year, month, day) = civil(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Year, month and day of the proleptic Gregorian calendar, counting years from March so that the leap day is last.
const fn civil(days_since_epoch: u64) -> (u64, u64, u64) {
    const DAYS_BEFORE_EPOCH: u64 = 719_468; // since 0000-03-01
    let days = days_since_epoch + DAYS_BEFORE_EPOCH;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + (month <= 2) as u64, month, day)
}

/// A clock that an administrator may advance. Clones share their hands.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Hands>>);

#[derive(Debug)]
struct Hands {
    set_to: Timestamp,
    running_since: Option<Instant>,
}

impl Clock {
    /// A clock that starts at the operating system's time and runs.
    pub fn system() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::running_from(Timestamp::default().after(since_epoch))
    }

    /// A clock that starts at `start` and runs.
    pub fn running_from(start: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Hands { set_to: start, running_since: Some(Instant::now()) })))
    }

    /// A clock that stands at `start` until it is advanced.
    pub fn standing_at(start: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Hands { set_to: start, running_since: None })))
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        let hands = self.hands();
        hands.set_to.after(hands.running_since.map_or(Duration::ZERO, |since| since.elapsed()))
    }

    /// Advances the clock and returns the new time.
    pub fn advance(&self, span: Duration) -> Timestamp {
        let mut hands = self.hands();
        hands.set_to = hands.set_to.after(span);
        drop(hands);
        self.now()
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_rfc_3339() {
        for (unix, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (u64::MAX, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp::from_unix(unix).to_string(), text);
        }
    }

    #[test]
    fn a_standing_clock_moves_only_when_advanced_and_clones_agree() {
        let clock = Clock::standing_at(Timestamp::from_unix(100));
        let same = clock.clone();
        assert_eq!(clock.now(), clock.now());
        clock.advance(Duration::from_secs(5));
        assert_eq!(same.now(), Timestamp::from_unix(105));
        assert_eq!(same.now().since(Timestamp::from_unix(100)), Duration::from_secs(5));
    }

    #[test]
    fn advancing_beyond_the_end_stops_there() {
        let clock = Clock::standing_at(Timestamp::from_unix(100));
        assert_eq!(clock.advance(Duration::MAX).to_string(), "9999-12-31T23:59:59Z");
    }
}
