use std::io::{Write as _, stderr};

use keyrig_runner::device::Person;

/// The person at the terminal, who is told on standard error.
pub(super) struct Hand;

impl Person for Hand {
    fn asked(&mut self, name: &str) {
        // Whoever closed standard error does not want to know.
        let _ = writeln!(stderr(), "touch your key now: {name}");
    }

    fn done(&mut self) {}
}
