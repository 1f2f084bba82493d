//! Which channels are open.

use keyrig_ctap::ctaphid::Channel;

/// The greatest number of a channel; the one above it is everybody's.
const LAST: u32 = Channel::BROADCAST.0 - 1;

/// Channels that can be open at once: half the numbers, so that a number is refused for as long as it was good before it
/// is given to somebody else.
pub(super) const LIMIT: u32 = 1 << 31;

/// The channels that were opened last, as a window on numbers that count up and start again: memory does not grow with
/// them, and an application that asks for many takes none from another before the window is full. Then the oldest is
/// closed for each that is opened; who still uses it is told `ERR_INVALID_CHANNEL` and opens another.
#[derive(Debug)]
pub(super) struct Channels {
    newest: u32,
    open: u32,
    limit: u32,
}

impl Channels {
    pub(super) const fn new(limit: u32) -> Self {
        Self { newest: 0, open: 0, limit }
    }

    /// Opens a channel.
    pub(super) fn open(&mut self) -> Channel {
        self.newest = if self.newest == LAST { 1 } else { self.newest + 1 };
        self.open = self.limit.min(self.open + 1);
        Channel(self.newest)
    }

    pub(super) fn is_open(&self, channel: Channel) -> bool {
        let Channel(number @ 1..=LAST) = channel else { return false };
        let age = if number <= self.newest { self.newest - number } else { self.newest + (LAST - number) };
        age < self.open
    }

    /// Closes all; the numbers start again.
    pub(super) fn close_all(&mut self) {
        *self = Self::new(self.limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(channels: &Channels, numbers: &[u32]) -> bool {
        numbers.iter().all(|number| channels.is_open(Channel(*number)))
    }

    fn closed(channels: &Channels, numbers: &[u32]) -> bool {
        !numbers.iter().any(|number| channels.is_open(Channel(*number)))
    }

    #[test]
    fn a_channel_is_open_once_it_was_given() {
        let mut channels = Channels::new(LIMIT);
        assert!(closed(&channels, &[0, 1, 2, LAST, u32::MAX]));
        assert_eq!((channels.open(), channels.open()), (Channel(1), Channel(2)));
        assert!(open(&channels, &[1, 2]));
        assert!(closed(&channels, &[0, 3, LAST, u32::MAX]));
        channels.close_all();
        assert!(closed(&channels, &[1, 2]));
    }

    #[test]
    fn the_oldest_goes_when_there_are_too_many() {
        let mut channels = Channels::new(2);
        assert_eq!([(); 3].map(|()| channels.open()), [Channel(1), Channel(2), Channel(3)]);
        assert!(open(&channels, &[2, 3]));
        assert!(closed(&channels, &[0, 1, 4]));
    }

    #[test]
    fn numbers_start_again_without_those_that_are_reserved() {
        let mut channels = Channels { newest: LAST - 1, open: 2, limit: 2 };
        assert!(open(&channels, &[LAST - 2, LAST - 1]));
        assert_eq!((channels.open(), channels.open()), (Channel(LAST), Channel(1)));
        assert!(open(&channels, &[LAST, 1]));
        assert!(closed(&channels, &[LAST - 1, 0, 2, u32::MAX]));
    }
}
