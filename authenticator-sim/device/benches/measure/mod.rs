//! Two operations measured beside each other, and rows that say what came of it.

use std::fmt;
use std::time::{Duration, Instant};

/// What a number should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// Not less than this.
    AtLeast(f64),
    /// Not more than this.
    AtMost(f64),
    /// Less than this.
    Below(f64),
}

impl Target {
    /// Whether `measured` is what it should be; what is no number is not.
    pub(crate) fn holds(self, measured: f64) -> bool {
        match self {
            Self::AtLeast(least) => measured >= least,
            Self::AtMost(most) => measured <= most,
            Self::Below(limit) => measured < limit,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "at least {least:.2}"),
            Self::AtMost(most) => write!(f, "at most {most:.2}"),
            Self::Below(limit) => write!(f, "below {limit:.2}"),
        }
    }
}

/// Prints a row that has a target, and returns whether it holds. `cargo xtask bench` gathers rows by their first word.
pub(crate) fn judge(what: &str, measured: f64, detail: &str, target: Target) -> bool {
    let holds = target.holds(measured);
    println!("row\t{what}\t{measured:.2}{detail}\t{target}\t{}", if holds { "holds" } else { "missed" });
    holds
}

/// Prints a row that is there to be known.
pub(crate) fn list(what: &str, measured: impl fmt::Display) {
    println!("row\t{what}\t{measured}\t\t");
}

/// One operation beside another: the times of a call, and the first divided by the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Beside {
    /// Of the first operation.
    pub(crate) one: Duration,
    /// Of the second operation.
    pub(crate) other: Duration,
}

impl Beside {
    /// The first divided by the second.
    pub(crate) fn ratio(&self) -> f64 {
        self.one.as_secs_f64() / self.other.as_secs_f64()
    }

    /// The round whose ratio stands in the middle of all. A round that something else disturbed stands at an end.
    pub(crate) fn in_the_middle(mut rounds: Vec<Self>) -> Self {
        rounds.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
        rounds[rounds.len() / 2]
    }

    /// Measures both in turns, so that a busy machine slows both alike, and first each by turns.
    pub(crate) fn in_turns(one: &mut dyn FnMut(), other: &mut dyn FnMut()) -> Self {
        const ROUNDS: usize = 1001;
        const CALLS: u32 = 20;
        let round = |number: usize| {
            if number.is_multiple_of(2) {
                let one = time(one, CALLS);
                Self { one, other: time(other, CALLS) }
            } else {
                let other = time(other, CALLS);
                Self { one: time(one, CALLS), other }
            }
        };
        let Self { one, other } = Self::in_the_middle((0..ROUNDS).map(round).collect());
        Self { one: one / CALLS, other: other / CALLS }
    }
}

/// How long it takes to call it this often.
pub(crate) fn time(call: &mut dyn FnMut(), times: u32) -> Duration {
    let begin = Instant::now();
    (0..times).for_each(|_| call());
    begin.elapsed()
}

/// The median time of what is timed by itself, such as the second half of a dialogue.
pub(crate) fn median(mut timed: impl FnMut() -> Duration) -> Duration {
    const ROUNDS: usize = 201;
    let mut rounds: Vec<Duration> = (0..ROUNDS).map(|_| timed()).collect();
    rounds.sort();
    rounds[ROUNDS / 2]
}
