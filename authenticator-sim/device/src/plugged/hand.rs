//! Who answers when a key asks.

use std::collections::VecDeque;
use std::str::FromStr;
use std::time::Duration;

use keyrig_core::{Ask, Gesture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a human does to a key that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// What is asked for: a touch, a long one, or the right finger.
    Consent,
    /// A touch.
    Touch,
    /// A touch that lasts.
    LongTouch,
    /// No.
    Decline,
    /// The right finger, face or code.
    GoodFinger,
    /// Another finger, or the wrong code.
    WrongFinger,
    /// Nothing, until the key gives up.
    Nothing,
    /// Pulls the key out.
    Remove,
}

impl Deed {
    /// Each deed and its name.
    const NAMES: [(&str, Self); 8] = [
        ("consent", Self::Consent),
        ("touch", Self::Touch),
        ("long-touch", Self::LongTouch),
        ("decline", Self::Decline),
        ("good-finger", Self::GoodFinger),
        ("wrong-finger", Self::WrongFinger),
        ("nothing", Self::Nothing),
        ("remove", Self::Remove),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, deed)| *deed == self).map_or("", |(name, _)| name)
    }

    /// What it is to the authenticator; `None` for what it does not notice.
    pub(super) const fn gesture(self, ask: Ask) -> Option<Gesture> {
        Some(match (self, ask) {
            (Self::Consent, Ask::Verification) | (Self::GoodFinger, _) => Gesture::Verify,
            (Self::Consent, Ask::LongTouch) | (Self::LongTouch, _) => Gesture::LongTouch,
            (Self::Consent | Self::Touch, _) => Gesture::Touch,
            (Self::Decline, _) => Gesture::Decline,
            (Self::WrongFinger, _) => Gesture::FailVerification,
            (Self::Nothing | Self::Remove, _) => return None,
        })
    }
}

/// Who answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Hand {
    /// Somebody who consents at once, always.
    Always,
    /// Whoever controls the key.
    #[default]
    Person,
    /// These answers, one for each prompt; afterwards whoever controls the key.
    Script(VecDeque<(Duration, Deed)>),
}

impl Hand {
    /// The answer to the prompt that has opened, and how long the hand takes over it.
    pub(super) fn next(&mut self) -> Option<(Duration, Deed)> {
        match self {
            Self::Always => Some((Duration::ZERO, Deed::Consent)),
            Self::Person => None,
            Self::Script(answers) => answers.pop_front(),
        }
    }

    /// In a word or as it was written.
    pub fn describe(&self) -> String {
        match self {
            Self::Always => "always".to_owned(),
            Self::Person => "person".to_owned(),
            Self::Script(answers) if answers.is_empty() => "person".to_owned(),
            Self::Script(answers) => {
                let words = answers.iter().map(|(after, deed)| match after.as_millis() {
                    0 => deed.name().to_owned(),
                    after => format!("{}@{after}ms", deed.name()),
                });
                words.collect::<Vec<_>>().join(",")
            }
        }
    }
}

impl FromStr for Hand {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "always" => Ok(Self::Always),
            "person" => Ok(Self::Person),
            script => script.split(',').map(answer).collect::<Result<_, _>>().map(Self::Script),
        }
    }
}

/// `touch`, `decline@500ms`, `nothing`.
fn answer(word: &str) -> Result<(Duration, Deed), String> {
    let (name, after) = word.trim().split_once('@').map_or((word.trim(), None), |(name, after)| (name, Some(after)));
    let deed = Deed::NAMES.iter().find(|(known, _)| *known == name).map(|(_, deed)| *deed).ok_or_else(|| {
        let names: Vec<&str> = Deed::NAMES.iter().map(|(name, _)| *name).collect();
        format!("`{name}` is no gesture: write `always`, `person`, or a list of {}", names.join(", "))
    })?;
    let after = after.map(span).transpose()?.unwrap_or_default();
    Ok((after, deed))
}

fn span(text: &str) -> Result<Duration, String> {
    let number = |digits: &str| digits.parse::<u32>().ok().map(u64::from);
    let span = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(digits), _) => number(digits).map(Duration::from_millis),
        (None, Some(digits)) => number(digits).map(Duration::from_secs),
        (None, None) => None,
    };
    span.ok_or_else(|| format!("`{text}` is no span of time: write it as 500ms or 2s"))
}
