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

/// As [`find`], for somebody who is going to use it: says so where a file of theirs contradicts itself.
pub(crate) fn find_to_plug(name: &str) -> Result<Cow<'static, Profile>, Failure> {
    let profile = find(name)?;
    if let Cow::Owned(own) = &profile {
        let wrong = profiles::lint(own).iter().filter(|finding| finding.severity == Severity::Error).count();
        if wrong > 0 {
            let errors = if wrong == 1 { "an error".to_owned() } else { format!("{wrong} errors") };
            eprintln!("notice: {name} has {errors}, and the key may behave oddly: keyrig profile lint {name}");
        }
    }
    Ok(profile)
}
