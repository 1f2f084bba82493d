//! What comes over a network, which fails for a while and is well again.

use std::thread;
use std::time::Duration;

use crate::failure::Failure;

/// How long to wait before each new attempt, in seconds.
const PAUSES: [u64; 4] = [5, 15, 45, 120];

/// Fetches `what`, again after a pause where that failed.
///
/// # Errors
/// That of the last attempt.
pub(crate) fn fetch<T>(what: &str, attempt: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    persist(what, &PAUSES.map(Duration::from_secs), attempt)
}

fn persist<T>(what: &str, pauses: &[Duration], mut attempt: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    for pause in pauses {
        match attempt() {
            Ok(fetched) => return Ok(fetched),
            Err(failure) => println!("failed to fetch {what}, next attempt in {} s: {failure}", pause.as_secs()),
        }
        thread::sleep(*pause);
    }
    attempt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How it ends where the first `failures` attempts fail and three are made, and how many were made.
    fn ended(failures: usize) -> (Result<usize, String>, usize) {
        let mut made = 0;
        let attempt = || {
            made += 1;
            if made > failures { Ok(made) } else { Err(Failure::Found(format!("no route, {made}"))) }
        };
        let outcome = persist("a package", &[Duration::ZERO; 2], attempt).map_err(|failure| failure.to_string());
        (outcome, made)
    }

    #[test]
    fn what_fails_is_tried_again_and_what_is_there_is_not() {
        assert_eq!(ended(0), (Ok(1), 1));
        assert_eq!(ended(2), (Ok(3), 3));
        assert_eq!(ended(3), (Err("no route, 3".to_owned()), 3));
    }
}
