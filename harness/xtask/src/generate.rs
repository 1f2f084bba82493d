//! `cargo xtask generate`: the files that are made from code and committed.

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::keyrig;
use crate::process;
use crate::stage::{self, Stage};
use crate::tally::Tally;
use crate::workspace;

/// What `cargo xtask generate` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail when a committed file differs.
    #[arg(long)]
    check: bool,
}

/// A committed file, and the words after `keyrig` that print it.
struct Generated {
    path: &'static str,
    printed_by: &'static [&'static str],
}

/// Sorted by path.
const ALL: &[Generated] = &[];

/// Writes every generated file, or with `--check` compares it.
///
/// # Errors
/// With `--check`, names the files that differ.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.check {
        return stage::run_until_failure(vec![drift()]);
    }
    for generated in ALL {
        fs::write(workspace::root().join(generated.path), made(generated)?)?;
        println!("wrote {}", generated.path);
    }
    Ok(())
}

/// The stage that compares every generated file with what the code prints now.
pub(crate) fn drift() -> Stage {
    let work = || {
        let mut tally = Tally::default();
        for generated in ALL {
            if differs(&workspace::root().join(generated.path), &made(generated)?) {
                println!("{} differs from what the code says; write it with: cargo xtask generate", generated.path);
                tally.failed += 1;
            } else {
                tally.passed += 1;
            }
        }
        Ok(tally)
    };
    Stage {
        name: "generate",
        what: "committed schemas against the code",
        rerun: "cargo xtask generate --check".into(),
        work: Box::new(work),
    }
}

fn made(generated: &Generated) -> Result<Vec<u8>, Failure> {
    process::capture(&mut keyrig::command(generated.printed_by)?)
}

fn differs(committed: &Path, made: &[u8]) -> bool {
    !fs::read(committed).is_ok_and(|bytes| bytes == made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_and_a_missing_file_differ() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("schema.json");
        assert!(differs(&file, b"{}"));
        fs::write(&file, "{}").expect("the folder is writable");
        assert!(!differs(&file, b"{}"));
        assert!(differs(&file, b"{ }"));
    }
}
