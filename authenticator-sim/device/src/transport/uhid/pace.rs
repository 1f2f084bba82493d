//! How fast reports are sent.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Reports that are sent at once: half of what the kernel keeps for a program that does not read meanwhile.
const BURST: u32 = 32;

/// How long each report after them takes: a full-speed interrupt endpoint carries one in a frame of this length
/// (USB 2.0, "Interrupt Transfer Bus Access Constraints").
const FRAME: Duration = Duration::from_millis(1);

/// Lets a burst pass, and then a report a frame.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When a real endpoint had sent everything so far.
    idle_from: Option<Instant>,
}

impl Pace {
    /// Waits until one more report may be sent. A wait that is dropped sends none.
    pub(super) async fn keep(&mut self) {
        let now = Instant::now();
        let from = self.idle_from.map_or(now, |from| from.max(now));
        if from >= now + FRAME * BURST {
            sleep_until(from - FRAME * (BURST - 1)).await;
        }
        self.idle_from = Some(from + FRAME);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sent(pace: &mut Pace, count: u32) -> Duration {
        let begun = Instant::now();
        for _ in 0..count {
            pace.keep().await;
        }
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_at_once_and_the_rest_a_frame_each() {
        let mut pace = Pace::default();
        assert_eq!(sent(&mut pace, BURST).await, Duration::ZERO);
        assert_eq!(sent(&mut pace, 100).await, FRAME * 100);
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_silent_for_long_enough_may_burst_again() {
        let mut pace = Pace::default();
        sent(&mut pace, 2 * BURST).await;
        tokio::time::advance(FRAME * BURST).await;
        assert_eq!(sent(&mut pace, BURST).await, Duration::ZERO);
        assert_eq!(sent(&mut pace, 1).await, FRAME);
    }
}
