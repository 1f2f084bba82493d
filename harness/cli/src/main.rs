//! Words and exit codes only: the binary `keyrig`.

mod command;
mod complaint;
#[cfg(target_os = "linux")]
mod control;
mod ctrl_c;
mod decode;
#[cfg(target_os = "linux")]
mod desk;
mod devices;
mod failure;
mod nearest;
mod output;
mod pin;
mod progress;
mod real_key;
mod reports;
mod runtime;
mod seed;
mod table;
mod targets;
mod vocabulary;
mod whole_file;

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use clap::Parser;

use crate::command::Keyrig;
use crate::complaint::Complaint;
use crate::failure::Exit;
use crate::output::Output;

pub(crate) use runtime::runtime;

fn main() -> ExitCode {
    let words = Keyrig::parse();
    miette::set_hook(Box::new(|_| Box::new(Complaint::new()))).expect("nothing else sets it");
    let mut out = Output::new(stdout());
    let ended = words.run(&mut out);
    let flushed = out.flush();
    let exit = match (ended, flushed) {
        (Ok(exit), Ok(())) => exit,
        (Ok(exit), Err(error)) => complain(error.into(), exit),
        (Err(failure), _) => complain(failure, Exit::Success),
    };
    ExitCode::from(exit.code())
}

fn complain(failure: failure::Failure, at_least: Exit) -> Exit {
    let told = format!("{:?}", failure.report);
    // Where standard error is gone too, the exit code still tells.
    let _ = writeln!(stderr(), "{}", told.trim_end());
    failure.exit.max(at_least)
}
