//! Progress on standard error, where a person looks at it.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};
use keyrig_runner::Event;

/// A bar that follows a run; nothing at all where standard error is no terminal.
pub(crate) struct Progress {
    name: String,
    bar: ProgressBar,
}

impl Progress {
    /// For the run called `name`.
    pub(crate) fn new(name: &str) -> Self {
        let bar = if stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{prefix} {bar:24} {pos}/{len} {wide_msg}");
        bar.set_style(style.expect("the template is a constant"));
        Self { name: name.to_owned(), bar }
    }

    /// Hears of what happens, and takes the bar away while `write` writes about it.
    pub(crate) fn beside(&mut self, event: &Event<'_>, write: impl FnOnce()) {
        self.hear(event);
        self.bar.suspend(write);
    }

    fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::RunBegins { scenarios, .. } => {
                self.bar.set_length(*scenarios as u64);
                self.bar.set_prefix(self.name.clone());
            }
            Event::CaseBegins { id, .. } => self.bar.set_message((*id).to_owned()),
            Event::CaseEnded { .. } => self.bar.inc(1),
            Event::StepEnded { .. } => {}
            Event::RunEnded { .. } => self.bar.finish_and_clear(),
        }
    }
}
