//! Who answers when a key asks.

use std::str::FromStr;
use std::time::Duration;

pub use keyrig_ctap::gesture::{Deed, Script};
use keyrig_ctap::gesture::{Move, ScriptError};

/// Who answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Hand {
    /// Somebody who consents at once, always.
    Always,
    /// Whoever controls the key.
    #[default]
    Person,
    /// These answers, one for each prompt; afterwards whoever controls the key, unless it says otherwise.
    Script(Script),
}

impl Hand {
    /// The answer to the prompt that has opened.
    pub(super) fn next(&mut self) -> Option<Move> {
        match self {
            Self::Always => Some(Deed::Consent.into()),
            Self::Person => None,
            Self::Script(script) => script.take_next(),
        }
    }

    /// How long after it was pulled out the key is put back, if that comes next.
    pub(super) fn inserts_after(&mut self) -> Option<Duration> {
        match self {
            Self::Always | Self::Person => None,
            Self::Script(script) => script.take_insert(),
        }
    }

    /// In a word or as it is written.
    pub fn describe(&self) -> String {
        match self {
            Self::Always => "always".to_owned(),
            Self::Script(script) if *script != Script::default() => script.to_string(),
            Self::Person | Self::Script(_) => "person".to_owned(),
        }
    }
}

/// Why [`Deed::Cancel`] is nothing that is done to a key.
pub(crate) const NO_DIALOG: &str = "`cancel` closes a dialog of the platform, and a key has none: `remove` pulls the key \
                                    out, `decline` says no, and the program that asks cancels by itself";

impl FromStr for Hand {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "always" => Ok(Self::Always),
            "person" => Ok(Self::Person),
            text => {
                let script: Script = text.parse().map_err(|error: ScriptError| {
                    format!("{error}; or `always` for somebody who consents, `person` for whoever controls the key")
                })?;
                let mut deeds = script.moves.iter().chain(&script.then).map(|next| next.deed);
                if deeds.any(|deed| deed == Deed::Cancel) {
                    return Err(NO_DIALOG.to_owned());
                }
                Ok(Self::Script(script))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_no_dialog_to_be_closed() {
        for script in ["cancel", "touch, cancel", "always cancel", "touch, then cancel after 2s"] {
            assert!(script.parse::<Hand>().is_err_and(|why| why == NO_DIALOG), "{script}");
        }
        assert!("touch, remove, insert after 1s, then decline".parse::<Hand>().is_ok());
    }
}
