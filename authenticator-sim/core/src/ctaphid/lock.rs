//! The lock, by which one channel keeps the device for itself.

use core::time::Duration;

use keyrig_ctap::Instant;
use keyrig_ctap::ctaphid::{Channel, ErrorCode};

/// The longest time that can be asked for, in seconds.
const LONGEST: u8 = 10;

/// Who holds the device, if anybody does. It is let go when the time is up, whether anybody looks or not.
#[derive(Debug, Default)]
pub(super) struct Lock(Option<Held>);

#[derive(Debug)]
struct Held {
    by: Channel,
    until: Instant,
}

impl Lock {
    /// Holds it for `channel`, for the seconds in `payload` from `now`; zero lets it go.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::INVALID_LEN`], [`ErrorCode::INVALID_PAR`].
    pub(super) fn hold(&mut self, channel: Channel, payload: &[u8], now: Instant) -> Result<(), ErrorCode> {
        let &[seconds] = payload else { return Err(ErrorCode::INVALID_LEN) };
        if seconds > LONGEST {
            return Err(ErrorCode::INVALID_PAR);
        }
        let until = now + Duration::from_secs(u64::from(seconds));
        self.0 = (seconds > 0).then_some(Held { by: channel, until });
        Ok(())
    }

    /// Whether somebody else holds it.
    pub(super) fn excludes(&self, channel: Channel, now: Instant) -> bool {
        self.0.as_ref().is_some_and(|held| held.by != channel && now < held.until)
    }

    /// Lets it go where `channel` holds it.
    pub(super) fn release(&mut self, channel: Channel) {
        self.0.take_if(|held| held.by == channel);
    }
}
