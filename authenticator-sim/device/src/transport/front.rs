//! Whatever an authenticator is behind, seen from one side.

use keyrig_core::{Change, Prompt, ctaphid, iso7816};
use keyrig_ctap::Instant;
use keyrig_ctap::ctaphid::Report;

/// An authenticator behind its transport, sans-IO.
pub(crate) trait Front {
    /// What happens to it.
    type Input<'a>;
    /// What goes back to the host.
    type Sent;

    /// The input that says that the store has written.
    const PERSISTED: Self::Input<'static>;

    /// Takes one input at `now`, which never goes back.
    fn handle(&mut self, now: Instant, input: Self::Input<'_>) -> impl Iterator<Item = Output<Self::Sent>>;

    /// When a tick is due, if nothing else happens before.
    fn deadline(&self) -> Option<Instant>;

    /// What the user is asked just now.
    fn prompt(&self) -> Option<Prompt>;
}

/// What is to be done for it.
pub(crate) enum Output<T> {
    /// Send this.
    Send(T),
    /// Ask the user.
    Prompt(Prompt),
    /// Write this, then say so.
    Persist(Change),
    /// Show the user which one it is.
    Wink,
}

impl Front for ctaphid::Driver {
    type Input<'a> = ctaphid::Input<'a>;
    type Sent = Report;

    const PERSISTED: Self::Input<'static> = ctaphid::Input::Persisted;

    fn handle(&mut self, now: Instant, input: Self::Input<'_>) -> impl Iterator<Item = Output<Report>> {
        self.handle(now, input).map(|output| match output {
            ctaphid::Output::Report(report) => Output::Send(report),
            ctaphid::Output::Prompt(prompt) => Output::Prompt(prompt),
            ctaphid::Output::Persist(change) => Output::Persist(change),
            ctaphid::Output::Wink => Output::Wink,
        })
    }

    fn deadline(&self) -> Option<Instant> {
        self.deadline()
    }

    fn prompt(&self) -> Option<Prompt> {
        self.prompt()
    }
}

impl Front for iso7816::Card {
    type Input<'a> = iso7816::Input<'a>;
    type Sent = Vec<u8>;

    const PERSISTED: Self::Input<'static> = iso7816::Input::Persisted;

    fn handle(&mut self, now: Instant, input: Self::Input<'_>) -> impl Iterator<Item = Output<Vec<u8>>> {
        self.handle(now, input).map(|output| match output {
            iso7816::Output::Response(response) => Output::Send(response),
            iso7816::Output::Prompt(prompt) => Output::Prompt(prompt),
            iso7816::Output::Persist(change) => Output::Persist(change),
        })
    }

    fn deadline(&self) -> Option<Instant> {
        self.deadline()
    }

    fn prompt(&self) -> Option<Prompt> {
        self.prompt()
    }
}
