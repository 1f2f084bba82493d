//! The words of the command line. One command a file.

pub(crate) mod aaguid;
mod ceremony;
mod decode;
mod demo;
mod devices;
#[cfg(target_os = "linux")]
mod doctor;
mod explain;
#[cfg(target_os = "linux")]
mod fleet;
#[cfg(target_os = "linux")]
mod key;
mod list;
#[cfg(target_os = "linux")]
mod plug;
pub(crate) mod profile;
mod replay;
mod rp;
mod run;
#[cfg(target_os = "linux")]
mod tracing;

use std::io::Write;

use clap::{Parser, Subcommand};

use crate::failure::{Exit, Failure};

/// Plugs a security key that you describe into a relying party, and tells whether its policy holds.
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Keyrig {
    #[command(subcommand)]
    command: Words,
}

const EXIT_CODES: &str = "\
Exit codes: 0 everything is as expected; 1 a finding, or something that was not shown;
2 a wrong command line or file, or nothing to run; 3 the target or this machine is in the way.";

#[derive(Subcommand)]
enum Words {
    Demo(demo::Words),
    Run(run::Words),
    Replay(replay::Words),
    List(list::Words),
    Devices(devices::Words),
    #[cfg(target_os = "linux")]
    Doctor(doctor::Words),
    Explain(explain::Words),
    Register(ceremony::Register),
    Authenticate(ceremony::Authenticate),
    Rp(rp::Words),
    #[cfg(target_os = "linux")]
    Plug(plug::Words),
    #[cfg(target_os = "linux")]
    Fleet(fleet::Words),
    #[cfg(target_os = "linux")]
    Key(key::Words),
    Profile(profile::Words),
    Aaguid(aaguid::Words),
    Decode(decode::Words),
}

impl Keyrig {
    /// Does what the words say.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        match self.command {
            Words::Demo(words) => words.run(out),
            Words::Run(words) => words.run(out),
            Words::Replay(words) => words.run(out),
            Words::List(words) => words.run(out),
            Words::Devices(words) => words.run(out),
            #[cfg(target_os = "linux")]
            Words::Doctor(words) => words.run(out),
            Words::Explain(words) => words.run(out),
            Words::Register(words) => words.run(out),
            Words::Authenticate(words) => words.run(out),
            Words::Rp(words) => words.run(out),
            #[cfg(target_os = "linux")]
            Words::Plug(words) => words.run(out),
            #[cfg(target_os = "linux")]
            Words::Fleet(words) => words.run(out),
            #[cfg(target_os = "linux")]
            Words::Key(words) => words.run(out),
            Words::Profile(words) => words.run(out),
            Words::Aaguid(words) => words.run(out),
            Words::Decode(words) => words.run(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Keyrig;

    fn fits(command: &clap::Command) {
        let said = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for line in said.lines() {
            assert!(line.chars().count() <= 100, "{} --help folds this line: {line}", command.get_name());
        }
        command.get_subcommands().for_each(fits);
    }

    #[test]
    fn no_line_below_the_options_is_folded() {
        fits(&Keyrig::command());
    }
}
