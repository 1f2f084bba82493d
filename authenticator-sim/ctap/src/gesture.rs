//! What a human does with an authenticator that asks, and how it is written.
//!
//! A script answers one prompt after the other: `wait 2s, touch, wrong-finger x3, then decline`.
//!
//! ```
//! use keyrig_ctap::gesture::{Deed, Script};
//!
//! let script: Script = "wait 2s, touch, wrong-finger x3, then decline".parse()?;
//! assert_eq!(script.moves.len(), 4);
//! assert_eq!(script.moves[0].after.as_secs(), 2);
//! assert_eq!(script.then.map(|last| last.deed), Some(Deed::Decline));
//! assert_eq!(script.to_string(), "touch after 2s, wrong-finger x3, then decline");
//! # Ok::<(), keyrig_ctap::gesture::ScriptError>(())
//! ```

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use serde::{Deserialize, Serialize};

/// How long after its first touch the second one of [`Deed::DoubleTouch`] comes.
pub const SECOND_TOUCH: Duration = Duration::from_millis(300);

/// As often as this at most a word can be repeated, by `x3`.
const MOST_REPETITIONS: usize = 1000;

/// What a human does to an authenticator that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Closes the platform's dialog. A key that other programs drive does not notice it.
    Cancel,
    /// What is asked for: a touch, a long one, or the right finger.
    Consent,
    /// No.
    Decline,
    /// A touch, and another one at once: it answers a prompt that follows, whatever that asks for.
    DoubleTouch,
    /// The right finger, face or code.
    GoodFinger,
    /// Puts the authenticator back in its port, after [`Deed::Remove`].
    Insert,
    /// A touch that lasts.
    LongTouch,
    /// Nothing, until somebody gives up.
    Nothing,
    /// Takes the authenticator's power away and gives it back.
    PowerCycle,
    /// Pulls the authenticator out.
    Remove,
    /// A touch. Where verification is asked for, by a finger that is not enrolled.
    Touch,
    /// Another finger, or the wrong code. Where a touch is asked for, it is one.
    WrongFinger,
}

impl Deed {
    /// Each deed, by name.
    pub const ALL: [Self; 12] = [
        Self::Cancel,
        Self::Consent,
        Self::Decline,
        Self::DoubleTouch,
        Self::GoodFinger,
        Self::Insert,
        Self::LongTouch,
        Self::Nothing,
        Self::PowerCycle,
        Self::Remove,
        Self::Touch,
        Self::WrongFinger,
    ];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Consent => "consent",
            Self::Decline => "decline",
            Self::DoubleTouch => "double-touch",
            Self::GoodFinger => "good-finger",
            Self::Insert => "insert",
            Self::LongTouch => "long-touch",
            Self::Nothing => "nothing",
            Self::PowerCycle => "power-cycle",
            Self::Remove => "remove",
            Self::Touch => "touch",
            Self::WrongFinger => "wrong-finger",
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A deed, and how long the human takes over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// How long after the prompt; after the move before it for [`Deed::Insert`].
    pub after: Duration,
    /// What then.
    pub deed: Deed,
}

impl From<Deed> for Move {
    fn from(deed: Deed) -> Self {
        Self { after: Duration::ZERO, deed }
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.after.as_millis();
        match (millis, millis % 1000) {
            (0, _) => write!(f, "{}", self.deed),
            (_, 0) => write!(f, "{} after {}s", self.deed, millis / 1000),
            _ => write!(f, "{} after {millis}ms", self.deed),
        }
    }
}

/// A human's answers to the prompts to come, one each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The answers, in order. [`Deed::Insert`] is none: it follows [`Deed::Remove`] at once.
    pub moves: Vec<Move>,
    /// The answer to each prompt after those; whoever runs the script has a habit where there is none.
    pub then: Option<Move>,
}

impl Script {
    /// The same answer to each prompt.
    pub fn always(answer: impl Into<Move>) -> Self {
        Self { moves: Vec::new(), then: Some(answer.into()) }
    }

    /// These answers, in order.
    pub fn first(moves: impl IntoIterator<Item = Move>) -> Self {
        Self { moves: moves.into_iter().collect(), then: None }
    }

    /// The answer to the next prompt, which is then given.
    pub fn take_next(&mut self) -> Option<Move> {
        if self.moves.is_empty() { self.then } else { Some(self.moves.remove(0)) }
    }

    /// How long after it was pulled out the authenticator is put back, where that comes next; it is done then.
    pub fn take_insert(&mut self) -> Option<Duration> {
        let insert = self.moves.first().filter(|next| next.deed == Deed::Insert)?.after;
        self.moves.remove(0);
        Some(insert)
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for run in self.moves.chunk_by(|a, b| a == b) {
            for part in run.chunks(MOST_REPETITIONS) {
                write!(f, "{separator}{}", part[0])?;
                if part.len() > 1 {
                    write!(f, " x{}", part.len())?;
                }
                separator = ", ";
            }
        }
        match (&self.then, self.moves.is_empty()) {
            (Some(then), true) => write!(f, "always {then}"),
            (Some(then), false) => write!(f, ", then {then}"),
            (None, _) => Ok(()),
        }
    }
}

impl FromStr for Script {
    type Err = ScriptError;

    /// `always`, `always decline`, or answers with commas between them: a deed, maybe `x3`, maybe `after 2s` or `@2s`;
    /// `wait 2s` before one; `then` before the last, which answers all that follow.
    fn from_str(text: &str) -> Result<Self, ScriptError> {
        let mut script = Self::default();
        let mut waited = Duration::ZERO;
        for item in text.split(',').map(str::trim) {
            if script.then.is_some() {
                return Err(ScriptError::new(item, Problem::AfterTheLast));
            }
            let mut words = item.split_ascii_whitespace().peekable();
            let last = match words.peek().copied() {
                Some("then") => words.next().is_some(),
                Some("always") if item == text.trim() => {
                    words.next();
                    if words.peek().is_none() {
                        return Ok(Self::always(Deed::Consent));
                    }
                    true
                }
                _ => false,
            };
            let item = Item::read(words, item)?;
            match item {
                Item::Wait(span) if !last => waited += span,
                Item::Wait(_) => return Err(ScriptError::new("wait", Problem::NothingFollows)),
                Item::Does(one, times) => {
                    let one = Move { after: one.after + waited, ..one };
                    waited = Duration::ZERO;
                    if last {
                        script.then = Some(one);
                    } else {
                        script.moves.extend(core::iter::repeat_n(one, times));
                    }
                }
            }
        }
        if waited > Duration::ZERO {
            return Err(ScriptError::new("wait", Problem::NothingFollows));
        }
        Ok(script)
    }
}

/// What stands between two commas.
enum Item {
    Wait(Duration),
    Does(Move, usize),
}

impl Item {
    fn read<'a>(mut words: impl Iterator<Item = &'a str>, item: &str) -> Result<Self, ScriptError> {
        let first = words.next().ok_or(ScriptError::new(item, Problem::Empty))?;
        let (name, mut after) = match first.split_once('@') {
            Some((name, after)) => (name, Some(span(after)?)),
            None => (first, None),
        };
        let mut times = None;
        if name == "wait" {
            return match words.next() {
                Some(word) => span(word).map(Self::Wait),
                None => Ok(Self::Does(Deed::Nothing.into(), 1)),
            };
        }
        let deed = *Deed::ALL
            .iter()
            .find(|deed| deed.as_str() == name)
            .ok_or_else(|| ScriptError::new(name, Problem::NoDeed))?;
        while let Some(word) = words.next() {
            let twice = match word.strip_prefix('x') {
                Some(number) => times.replace(count(number, word)?).is_some(),
                None if word == "after" => {
                    after.replace(span(words.next().ok_or(ScriptError::new(word, Problem::NoSpan))?)?).is_some()
                }
                None => return Err(ScriptError::new(word, Problem::NoAddition)),
            };
            if twice {
                return Err(ScriptError::new(word, Problem::Twice));
            }
        }
        Ok(Self::Does(Move { after: after.unwrap_or_default(), deed }, times.unwrap_or(1)))
    }
}

fn count(number: &str, word: &str) -> Result<usize, ScriptError> {
    let count = number.parse().ok().filter(|count| (1..=MOST_REPETITIONS).contains(count));
    count.ok_or(ScriptError::new(word, Problem::NoCount))
}

fn span(text: &str) -> Result<Duration, ScriptError> {
    let number = |digits: &str| digits.parse::<u32>().ok().map(u64::from);
    let span = match (text.strip_suffix("ms"), text.strip_suffix('s'), text.strip_suffix('m')) {
        (Some(digits), _, _) => number(digits).map(Duration::from_millis),
        (None, Some(digits), _) => number(digits).map(Duration::from_secs),
        (None, None, Some(digits)) => number(digits).map(|minutes| Duration::from_secs(minutes * 60)),
        (None, None, None) => None,
    };
    span.ok_or(ScriptError::new(text, Problem::NoSpan))
}

/// A word of a script that cannot be read: what, and what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    word: String,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    AfterTheLast,
    Empty,
    NoAddition,
    NoCount,
    NoDeed,
    NoSpan,
    NothingFollows,
    Twice,
}

impl ScriptError {
    fn new(word: &str, problem: Problem) -> Self {
        Self { word: word.to_string(), problem }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = &self.word;
        match self.problem {
            Problem::AfterTheLast => write!(f, "`{word}` comes after the answer to all that follow: put it before"),
            Problem::Empty => f.write_str("a gesture is missing: write one, such as `touch`"),
            Problem::NoAddition => write!(f, "`{word}` says nothing about a gesture: write `x3` or `after 2s`"),
            Problem::NoCount => write!(f, "`{word}` is no count: write `x1` to `x{MOST_REPETITIONS}`"),
            Problem::NoDeed => {
                write!(f, "`{word}` is no gesture: write `wait` or one of ")?;
                Deed::ALL.iter().enumerate().try_for_each(|(at, deed)| {
                    let separator = if at == 0 { "" } else { ", " };
                    write!(f, "{separator}{deed}")
                })
            }
            Problem::NoSpan => write!(f, "`{word}` is no span of time: write it as `500ms`, `2s` or `1m`"),
            Problem::NothingFollows => write!(f, "nothing comes after `{word}`: write the gesture that does"),
            Problem::Twice => write!(f, "`{word}` comes a second time for one gesture: write a comma before the next"),
        }
    }
}

impl core::error::Error for ScriptError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Script, String> {
        text.parse().map_err(|error: ScriptError| error.to_string())
    }

    fn after(millis: u64, deed: Deed) -> Move {
        Move { after: Duration::from_millis(millis), deed }
    }

    #[test]
    fn scripts_are_read_as_they_are_meant() {
        assert_eq!(read("always"), Ok(Script::always(Deed::Consent)));
        assert_eq!(read("always decline"), Ok(Script::always(Deed::Decline)));
        assert_eq!(read("always touch after 2s"), Ok(Script::always(after(2000, Deed::Touch))));
        assert_eq!(read("touch"), Ok(Script::first([Deed::Touch.into()])));
        assert_eq!(read("wait 2s, touch@500ms"), Ok(Script::first([after(2500, Deed::Touch)])));
        assert_eq!(read("wait, touch"), Ok(Script::first([Deed::Nothing.into(), Deed::Touch.into()])));
        let thrice = Script::first([after(60_000, Deed::WrongFinger); 3]);
        assert_eq!(read("wrong-finger x3 after 1m"), Ok(thrice.clone()));
        assert_eq!(
            read(" wrong-finger  after 60s x3 , then wait"),
            Ok(Script { then: Some(Deed::Nothing.into()), ..thrice })
        );
    }

    #[test]
    fn what_cannot_be_read_says_what_to_write() {
        let said = |text| read(text).unwrap_err();
        assert_eq!(
            said("tuch"),
            "`tuch` is no gesture: write `wait` or one of cancel, consent, decline, double-touch, good-finger, insert, \
             long-touch, nothing, power-cycle, remove, touch, wrong-finger"
        );
        assert_eq!(said(""), "a gesture is missing: write one, such as `touch`");
        assert_eq!(said("touch,,touch"), "a gesture is missing: write one, such as `touch`");
        assert_eq!(said("wait 2"), "`2` is no span of time: write it as `500ms`, `2s` or `1m`");
        assert_eq!(said("wait 2s"), "nothing comes after `wait`: write the gesture that does");
        assert_eq!(said("touch after"), "`after` is no span of time: write it as `500ms`, `2s` or `1m`");
        assert_eq!(said("touch x0"), "`x0` is no count: write `x1` to `x1000`");
        assert_eq!(said("touch x1001"), "`x1001` is no count: write `x1` to `x1000`");
        for said_again in ["touch after 1s after 2s", "touch@1s after 2s"] {
            let message = "`after` comes a second time for one gesture: write a comma before the next";
            assert_eq!(said(said_again), message);
        }
        assert_eq!(said("touch x2 x3"), "`x3` comes a second time for one gesture: write a comma before the next");
        assert_eq!(said("touch twice"), "`twice` says nothing about a gesture: write `x3` or `after 2s`");
        assert_eq!(said("then touch, decline"), "`decline` comes after the answer to all that follow: put it before");
    }

    #[test]
    fn answers_are_given_once_and_the_last_for_ever() {
        let mut script: Script = "touch, remove, insert after 1s, then decline".parse().unwrap();
        assert_eq!(script.take_insert(), None);
        assert_eq!(script.take_next(), Some(Deed::Touch.into()));
        assert_eq!(script.take_next(), Some(Deed::Remove.into()));
        assert_eq!(script.take_insert(), Some(Duration::from_secs(1)));
        assert_eq!([script.take_next(), script.take_next()], [Some(Deed::Decline.into()); 2]);
        assert_eq!(Script::default().take_next(), None);
    }

    fn any_move() -> impl Strategy<Value = Move> {
        (prop::sample::select(&Deed::ALL), prop_oneof![Just(0), 1_u64..100_000])
            .prop_map(|(deed, millis)| after(millis, deed))
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            moves in prop::collection::vec((any_move(), 1_usize..4), 1..6),
            then in prop::option::of(any_move()),
        ) {
            let moves = moves.into_iter().flat_map(|(one, times)| core::iter::repeat_n(one, times)).collect();
            let script = Script { moves, then };
            prop_assert_eq!(script.to_string().parse(), Ok(script));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(touch|wait|then|always|x3|after|2s|@|,| |\\PC){0,12}") {
            let _ = text.parse::<Script>();
        }
    }
}
