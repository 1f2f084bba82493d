//! Stages run one after another; each says when it starts, how it went, how long it took, and how to run it again.

use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::tally::Tally;

/// One stage of a chore.
pub(crate) struct Stage {
    /// A word that names it on the command line.
    pub(crate) name: &'static str,
    /// What is checked or made, for people.
    pub(crate) what: &'static str,
    /// The command that runs this stage alone.
    pub(crate) rerun: String,
    pub(crate) work: Box<dyn FnOnce() -> Result<Tally, Failure>>,
}

/// Runs every stage, also after one failed, and returns what was counted.
///
/// # Errors
/// Names each stage that failed and the command that runs it again. A stage that fails without counting a failure
/// adds one, so that the sum tells the truth.
pub(crate) fn run_all(stages: Vec<Stage>) -> (Tally, Result<(), Failure>) {
    let started = Instant::now();
    let count = stages.len();
    let mut sum = Tally::default();
    let mut failures = Vec::new();
    for (index, stage) in stages.into_iter().enumerate() {
        println!("\n[{}/{count}] {}: {} (at {})", index + 1, stage.name, stage.what, seconds(started.elapsed()));
        let begun = Instant::now();
        match run_one(stage) {
            Ok(tally) => {
                println!("    done in {}{}", seconds(begun.elapsed()), counted(tally));
                sum += tally;
            }
            Err((tally, message)) => {
                println!("    FAILED after {}{}", seconds(begun.elapsed()), counted(tally));
                sum += tally;
                failures.push(message);
            }
        }
    }
    println!("\n{count} stages in {}", seconds(started.elapsed()));
    let outcome = if failures.is_empty() { Ok(()) } else { Err(Failure::Found(failures.join("\n"))) };
    (sum, outcome)
}

/// Runs the stages until one fails.
///
/// # Errors
/// Names the stage that failed and the command that runs it again.
pub(crate) fn run_until_failure(stages: Vec<Stage>) -> Result<(), Failure> {
    let started = Instant::now();
    let count = stages.len();
    for (index, stage) in stages.into_iter().enumerate() {
        println!("[{}/{count}] {}: {} (at {})", index + 1, stage.name, stage.what, seconds(started.elapsed()));
        run_one(stage).map_err(|(_, message)| Failure::Found(message))?;
    }
    Ok(())
}

/// A duration as people read it: `3.2 s`, `4 min 07 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        whole => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

fn run_one(stage: Stage) -> Result<Tally, (Tally, String)> {
    let Stage { name, rerun, work, .. } = stage;
    let message = |why: &str| format!("stage `{name}` failed: {why}\n    run it again with: {rerun}");
    match work() {
        Ok(tally) if tally.failed > 0 => Err((tally, message(&format!("{} of its checks failed", tally.failed)))),
        Ok(tally) => Ok(tally),
        Err(failure) => Err((Tally { failed: 1, ..Tally::default() }, message(&failure.to_string()))),
    }
}

fn counted(tally: Tally) -> String {
    if tally.is_empty() { String::new() } else { format!(": {tally}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(name: &'static str, result: Result<Tally, Failure>) -> Stage {
        Stage { name, what: "a test", rerun: format!("cargo xtask test --only {name}"), work: Box::new(|| result) }
    }

    #[test]
    fn a_failure_names_the_stage_and_its_command() {
        let passed = Tally { passed: 2, ..Tally::default() };
        let broken = Err(Failure::Found("no browser".into()));
        let (sum, outcome) = run_all(vec![stage("report", broken), stage("crates", Ok(passed))]);
        assert_eq!(sum, Tally { passed: 2, failed: 1, skipped: 0 });
        let message = outcome.expect_err("a stage failed").to_string();
        assert!(message.contains("stage `report` failed: no browser"), "{message}");
        assert!(message.contains("cargo xtask test --only report"), "{message}");
    }

    #[test]
    fn counted_failures_are_not_counted_twice() {
        let tally = Tally { passed: 1, failed: 2, skipped: 0 };
        let (sum, outcome) = run_all(vec![stage("crates", Ok(tally))]);
        assert_eq!(sum, tally);
        assert!(outcome.is_err());
    }

    #[test]
    fn a_chore_stops_at_its_first_failure() {
        let never = Stage { work: Box::new(|| panic!("must not run")), ..stage("second", Ok(Tally::default())) };
        assert!(run_until_failure(vec![stage("first", Err(Failure::Found("no".into()))), never]).is_err());
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(3_240)), "3.2 s");
        assert_eq!(seconds(Duration::from_secs(247)), "4 min 07 s");
    }
}
