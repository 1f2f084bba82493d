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
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

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

/// Files of this repository that a target begins with, beside what it has found before.
const SEEDS: &[(&str, &[&str])] = &[
    ("control", &["authenticator-sim/fuzz/seeds/control"]),
    ("options", &["authenticator-sim/fuzz/seeds/options"]),
    ("policy", &["harness/relying-party/policies"]),
    ("profile", &["authenticator-sim/profiles"]),
    ("scenario", &["scenarios/ceremony", "scenarios/enterprise", "harness/targets/simplewebauthn"]),
    ("trace", &["authenticator-sim/fuzz/seeds/trace"]),
];

/// Builds the fuzz targets, runs each and says how many inputs it tried and how many edges of the code they reached. An
/// input that brings one down is kept under target/fuzz/artifacts/.
///
/// # Errors
/// When a target does not exist, does not build, or is brought down: by a panic, by an input that takes five seconds, or
/// by one that takes 2 GiB.
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
            println!("    {}", figures(&process::listen(&mut campaign(&target, seconds)?)?)?);
            Ok(Tally::default())
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
    command.arg(&corpus).args(seeds(target));
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    command.arg(format!("-max_total_time={seconds}")).args([
        "-max_len=8192",
        "-len_control=0",
        "-timeout=5",
        "-print_final_stats=1",
    ]);
    Ok(command)
}

fn seeds(target: &str) -> impl Iterator<Item = PathBuf> {
    let own = SEEDS.iter().filter(move |(name, _)| *name == target);
    own.flat_map(|(_, folders)| *folders).map(|folder| workspace::root().join(folder))
}

/// What libFuzzer says it did.
fn figures(said: &str) -> Result<String, Failure> {
    let after = |label: &str| {
        let (_, rest) = said.rsplit_once(label)?;
        rest.split_whitespace().next()
    };
    let (Some(executions), Some(edges)) = (after("stat::number_of_executed_units:"), after(" cov: ")) else {
        return Err(Failure::Found(format!("libFuzzer does not say what it did:\n{said}")));
    };
    Ok(format!("{executions} inputs, {edges} edges"))
}

fn output() -> PathBuf {
    workspace::root().join("target/fuzz")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libfuzzer_did_is_told() {
        let said = "#8\tINITED cov: 7 ft: 8 corp: 1/1b\n#4096\tDONE   cov: 85 ft: 430 corp: 82/43Kb lim: 99\nDone\n\
                    stat::number_of_executed_units: 4096\nstat::average_exec_per_sec:     512\n";
        assert_eq!(figures(said).unwrap(), "4096 inputs, 85 edges");
        assert!(figures("ERROR: no such file").is_err());
    }

    #[test]
    fn every_target_is_built_and_every_seed_is_there() {
        let manifest = std::fs::read_to_string(workspace::root().join("authenticator-sim/fuzz/Cargo.toml")).unwrap();
        for target in chosen(None).unwrap() {
            assert!(manifest.contains(&format!("name = \"{target}\"\npath = \"targets/{target}.rs\"")), "{target}");
        }
        for (target, _) in SEEDS {
            assert!(chosen(Some(target)).is_ok(), "{target}");
            assert!(seeds(target).all(|folder| folder.read_dir().is_ok_and(|mut files| files.next().is_some())));
        }
    }

    #[test]
    fn a_target_is_found_by_its_file_and_a_wrong_name_says_which_there_are() {
        assert!(chosen(None).unwrap().contains(&"cbor".to_owned()));
        assert_eq!(chosen(Some("cbor")).unwrap(), ["cbor"]);
        assert!(chosen(Some("cobr")).unwrap_err().to_string().contains(", cbor, "));
    }
}
