//! Where a PIN comes from: never from the command line, which everybody on the machine can read.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::str::FromStr;

use console::Term;
use miette::miette;

use crate::failure::Failure;

/// More bytes than any PIN has (CTAP 2.3 §6.5.1: 63), and its line end.
const LONGEST: u64 = 1024;

/// Where a PIN comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PinFrom {
    /// The person at the terminal, who does not see it.
    Prompt,
    /// The first line of a file descriptor that the caller opened.
    Descriptor(u32),
}

impl FromStr for PinFrom {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("fd:").map(str::parse)) {
            ("prompt", _) => Ok(Self::Prompt),
            (_, Some(Ok(number))) => Ok(Self::Descriptor(number)),
            _ => Err("it is `prompt`, or `fd:` and the number of an open file descriptor, `fd:3`".into()),
        }
    }
}

impl PinFrom {
    /// The PIN.
    ///
    /// # Errors
    ///
    /// A usage error where there is no terminal, no such descriptor, or no PIN in it.
    pub(crate) fn read(self) -> Result<String, Failure> {
        let pin = match self {
            Self::Prompt => prompt()?,
            Self::Descriptor(number) => first_line(number)?,
        };
        if pin.is_empty() { Err(Failure::usage(miette!("failed to read the PIN: it is empty"))) } else { Ok(pin) }
    }
}

fn prompt() -> Result<String, Failure> {
    let terminal = Term::stderr();
    if !terminal.is_term() {
        let help = "--pin-from fd:3 reads it from a file descriptor";
        return Err(Failure::usage(miette!(help = help, "failed to ask for the PIN: there is no terminal")));
    }
    let failed = |e| Failure::environment(miette!("failed to ask for the PIN: {e}"));
    terminal.write_str("PIN: ").map_err(failed)?;
    terminal.read_secure_line().map_err(failed)
}

fn first_line(number: u32) -> Result<String, Failure> {
    let failed = |e| Failure::usage(miette!("failed to read the PIN from file descriptor {number}: {e}"));
    let file = File::open(format!("/dev/fd/{number}")).map_err(failed)?;
    let mut line = String::new();
    BufReader::new(file.take(LONGEST)).read_line(&mut line).map_err(failed)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ways_and_no_third() {
        assert_eq!("prompt".parse(), Ok(PinFrom::Prompt));
        assert_eq!("fd:3".parse(), Ok(PinFrom::Descriptor(3)));
        for wrong in ["", "123456", "fd:", "fd:-1", "3"] {
            assert!(wrong.parse::<PinFrom>().is_err(), "{wrong}");
        }
    }
}
