//! Whether a client did what it was asked to. A program that exits with 0 and says that something went wrong has not.

use super::desk::Red;

/// What programs say that are not content, whatever they exit with.
const COMPLAINTS: &[&str] = &["FIDO_ERR_", "Traceback (most recent call last)", "panicked at", "Segmentation fault"];

/// What `timeout` exits with where it ended the program, by its first and by its second signal.
const TIMED_OUT: [i32; 2] = [124, 137];

/// What a program did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// The line as typed.
    pub(super) line: String,
    /// What it exited with; `None` where a signal ended it.
    pub(super) code: Option<i32>,
    /// What it wrote.
    pub(super) said: String,
}

impl Ended {
    /// It did what it was asked to; gives what it said.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn well(self) -> Result<String, Red> {
        self.in_time()?;
        if self.code != Some(0) {
            return Err(self.red(&format!("exited with {}", shown(self.code))));
        }
        match COMPLAINTS.iter().find(|complaint| self.said.contains(**complaint)) {
            Some(complaint) => Err(self.red(&format!("exited with 0 and said `{complaint}`"))),
            None => Ok(self.said),
        }
    }

    /// It refused, in time, and said `why`.
    ///
    /// # Errors
    /// What it did instead.
    pub(super) fn refused(self, why: &str) -> Result<String, Red> {
        self.in_time()?;
        match self.code {
            Some(0) => Err(self.red(&format!("exited with 0 where it should say `{why}`"))),
            _ if !self.said.contains(why) => Err(self.red(&format!("failed without a word of `{why}`"))),
            _ => Ok(self.said),
        }
    }

    /// It ended with exactly this code, in time; gives what it said.
    ///
    /// # Errors
    /// What it did instead.
    pub(super) fn exits(self, code: i32) -> Result<String, Red> {
        self.in_time()?;
        match self.code == Some(code) {
            true => Ok(self.said),
            false => Err(self.red(&format!("exited with {}, not {code}", shown(self.code)))),
        }
    }

    fn in_time(&self) -> Result<(), Red> {
        if self.code.is_some_and(|code| TIMED_OUT.contains(&code)) {
            return Err(self.red("did not end in time"));
        }
        Ok(())
    }

    fn red(&self, what: &str) -> Red {
        let last = self.said.lines().rev().map(str::trim).find(|line| !line.is_empty());
        Red(format!("`{}` {what}; its last words: {}", self.line, last.unwrap_or("none")))
    }
}

fn shown(code: Option<i32>) -> String {
    code.map_or_else(|| "a signal".to_owned(), |code| code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(code: i32, said: &str) -> Ended {
        Ended { line: "fido2-token -L".into(), code: Some(code), said: said.into() }
    }

    #[test]
    fn success_is_silence_about_errors_and_a_zero() {
        assert_eq!(ended(0, "/dev/hidraw0: key").well().unwrap(), "/dev/hidraw0: key");
    }

    #[test]
    fn a_client_that_exits_with_zero_and_reports_an_error_has_failed() {
        for said in ["fido2-token: FIDO_ERR_PIN_INVALID", "Traceback (most recent call last):\n", "panicked at 'x'"] {
            assert!(ended(0, said).well().is_err(), "{said}");
        }
    }

    #[test]
    fn a_client_that_exits_with_another_number_or_by_a_signal_has_failed() {
        assert!(ended(1, "").well().is_err());
        assert!(Ended { code: None, ..ended(0, "") }.well().is_err());
    }

    #[test]
    fn a_client_that_had_to_be_ended_has_neither_done_well_nor_refused() {
        for code in TIMED_OUT {
            let Red(why) = ended(code, "FIDO_ERR_TX").well().unwrap_err();
            assert!(why.contains("in time"), "{why}");
            assert!(ended(code, "FIDO_ERR_TX").refused("FIDO_ERR_TX").is_err());
        }
    }

    #[test]
    fn a_failure_is_told_with_what_the_client_said_last() {
        let Red(why) = ended(1, "Traceback\nRefused: no browser\n\n").well().unwrap_err();
        assert!(why.ends_with("exited with 1; its last words: Refused: no browser"), "{why}");
        let Red(why) = ended(1, "").well().unwrap_err();
        assert!(why.ends_with("its last words: none"), "{why}");
    }

    #[test]
    fn an_exit_code_is_that_and_no_other() {
        assert_eq!(ended(1, "it asks nothing").exits(1).unwrap(), "it asks nothing");
        assert!(ended(0, "").exits(1).is_err());
        assert!(ended(124, "").exits(124).is_err());
    }

    #[test]
    fn a_refusal_has_its_reason() {
        assert!(ended(1, "FIDO_ERR_PIN_INVALID").refused("FIDO_ERR_PIN_INVALID").is_ok());
        assert!(ended(1, "FIDO_ERR_TX").refused("FIDO_ERR_PIN_INVALID").is_err());
        assert!(ended(0, "FIDO_ERR_PIN_INVALID").refused("FIDO_ERR_PIN_INVALID").is_err());
    }
}
