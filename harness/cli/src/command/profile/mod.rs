//! `keyrig profile`

mod diff;
mod export;
mod lint;
mod list;
mod show;
mod tree;

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

use clap::Subcommand;
use keyrig_ctap::profile::Profile;
use keyrig_device::profiles::{self, Severity};
use miette::miette;

use crate::failure::{Exit, Failure};
use crate::nearest::unknown;

/// Look at authenticators as data: list, show, lint, diff, export
#[derive(clap::Args)]
pub(crate) struct Words {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::Words),
    Show(show::Words),
    Lint(lint::Words),
    Diff(diff::Words),
    Export(export::Words),
}

impl Words {
    /// Does what the words say.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        match self.command {
            Command::List(words) => words.run(out),
            Command::Show(words) => words.run(out),
            Command::Lint(words) => words.run(out),
            Command::Diff(words) => words.run(out),
            Command::Export(words) => words.run(out),
        }
    }
}

/// The embedded profile of this id, or the one in this file.
pub(crate) fn find(name: &str) -> Result<Cow<'static, Profile>, Failure> {
    if let Some(profile) = profiles::find(name) {
        return Ok(Cow::Borrowed(profile));
    }
    let path = Path::new(name);
    if path.exists() || name.ends_with(".yaml") || name.contains('/') {
        return profiles::load(path).map(Cow::Owned).map_err(|e| Failure::failed_to(Exit::Usage, e));
    }
    Err(unknown("profile", name, profiles::ids(), "keyrig profile list"))
}

/// Whether a profile is used that says of itself what cannot be: such a key lies, and nobody has told it to.
#[derive(Clone, Copy, Default, clap::Args)]
pub(crate) struct Tolerance {
    /// Take a profile that contradicts itself or a specification, too; `keyrig profile lint` says where
    #[arg(long)]
    allow_profile_errors: bool,
}

impl Tolerance {
    /// As [`find`], for somebody who is going to use it.
    ///
    /// # Errors
    ///
    /// A usage error, too, where a file contradicts itself.
    pub(crate) fn find(self, name: &str) -> Result<Cow<'static, Profile>, Failure> {
        let profile = find(name)?;
        let wrong = match &profile {
            // Those of this binary are tested to have none.
            Cow::Borrowed(_) => Vec::new(),
            Cow::Owned(own) => profiles::lint(own),
        };
        let mut wrong = wrong.iter().filter(|finding| finding.severity == Severity::Error);
        let Some(first) = wrong.next().filter(|_| !self.allow_profile_errors) else { return Ok(profile) };
        let more = match wrong.count() {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let help =
            format!("`keyrig profile lint {name}` says all that is wrong; --allow-profile-errors takes it as it is");
        let what = format!("failed to use the profile {name}: {}: {}{more}", first.member, first.message);
        Err(Failure::usage(miette!(help = help, "{what}")))
    }
}
