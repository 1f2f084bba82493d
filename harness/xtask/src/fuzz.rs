//! `cargo xtask fuzz`: arbitrary bytes for every parser of bytes from outside, guided by coverage.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::stage::{self, Stage};
use crate::tally::Tally;
use crate::workspace;

/// What makes the stable compiler count which code a run has reached, as libFuzzer wants it.
const INSTRUMENTATION: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table --cfg fuzzing";

/// With instrumentation for the target only: build scripts run uninstrumented.
const TRIPLE: &str = env!("KEYRIG_TARGET");

/// What to fuzz and for how long.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only this target: a file of authenticator-sim/fuzz/targets without its ending
    target: Option<String>,
    /// How long each target runs, in seconds
    #[arg(long, default_value_t = 30)]
    seconds: u32,
}

/// Builds the fuzz targets and runs each; an input that brings one down is kept under target/fuzz/artifacts/.
///
/// # Errors
/// When a target does not exist, does not build, or is brought down.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let targets = chosen(arguments.target.as_deref())?;
    let mut stages = vec![Stage {
        name: "build",
        what: "the fuzz targets, instrumented",
        rerun: "cargo xtask fuzz".into(),
        work: Box::new(|| process::run(&mut build()).map(|()| Tally::default())),
    }];
    let seconds = arguments.seconds;
    stages.extend(targets.into_iter().map(|target| Stage {
        name: "fuzz",
        what: "any bytes give an answer",
        rerun: format!("cargo xtask fuzz {target} --seconds {seconds}"),
        work: Box::new(move || {
            println!("{target}");
            process::run(&mut campaign(&target, seconds)?).map(|()| Tally::default())
        }),
    }));
    stage::run_until_failure(stages)
}

fn chosen(wanted: Option<&str>) -> Result<Vec<String>, Failure> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(workspace::root().join("authenticator-sim/fuzz/targets"))? {
        let path = entry?.path();
        all.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    all.sort();
    match wanted {
        None => Ok(all),
        Some(name) if all.iter().any(|target| target == name) => Ok(vec![name.to_owned()]),
        Some(name) => Err(Failure::Found(format!("no fuzz target is called {name}; there are {}", all.join(", ")))),
    }
}

fn build() -> Command {
    let mut command = process::cargo(["build", "--release", "--target", TRIPLE, "--target-dir"]);
    command
        .arg(output())
        .env("RUSTFLAGS", INSTRUMENTATION)
        .current_dir(workspace::root().join("authenticator-sim/fuzz"));
    command
}

fn campaign(target: &str, seconds: u32) -> Result<Command, Failure> {
    let corpus = output().join("corpus").join(target);
    let artifacts = output().join("artifacts").join(target);
    std::fs::create_dir_all(&corpus)?;
    std::fs::create_dir_all(&artifacts)?;
    let mut command = Command::new(output().join(TRIPLE).join("release").join(target));
    command.arg(&corpus).arg(format!("-artifact_prefix={}/", artifacts.display()));
    command.arg(format!("-max_total_time={seconds}")).args(["-max_len=8192", "-timeout=5", "-verbosity=0"]);
    Ok(command)
}

fn output() -> PathBuf {
    workspace::root().join("target/fuzz")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_found_by_its_file_and_a_wrong_name_says_which_there_are() {
        assert!(chosen(None).unwrap().contains(&"cbor".to_owned()));
        assert_eq!(chosen(Some("cbor")).unwrap(), ["cbor"]);
        assert!(chosen(Some("cobr")).unwrap_err().to_string().contains(", cbor, "));
    }
}
