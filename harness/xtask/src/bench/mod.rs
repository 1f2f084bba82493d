//! `cargo xtask bench`: the authenticator beside the raw operation and beside other authenticators, and how long the
//! demo's scenarios take.

mod peers;
mod rows;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use crate::failure::Failure;
use crate::keyrig;
use crate::process::{self, Running};
use crate::stage::{self, Stage};
use crate::tally::Tally;
use rows::{Row, Verdict};

/// Rows of every stage.
type Rows = Rc<RefCell<Vec<Row>>>;

/// Runs the benchmarks of keyrig-device, measures other authenticators beside ours, times the demo, and prints one table
/// of all.
///
/// # Errors
/// Names the stages that failed; the benchmarks fail where a row misses its target.
pub(crate) fn run() -> Result<(), Failure> {
    let rows = Rows::default();
    let (ours, theirs, demo) = (Rc::clone(&rows), Rc::clone(&rows), Rc::clone(&rows));
    let (_, outcome) = stage::run_all(vec![
        Stage {
            name: "authenticator",
            what: "ceremonies beside the raw operation, PINs, full stores, memory",
            rerun: "cargo bench --package keyrig-device".into(),
            work: Box::new(move || authenticator(&mut ours.borrow_mut())),
        },
        Stage {
            name: "peers",
            what: "the same ceremonies by passkey-authenticator and by soft-webauthn",
            rerun: "cargo xtask bench".into(),
            work: Box::new(move || {
                theirs.borrow_mut().extend(peers::measure()?);
                Ok(Tally::default())
            }),
        },
        Stage {
            name: "demo",
            what: "how long the demo's scenarios take",
            rerun: "cargo xtask bench".into(),
            work: Box::new(move || {
                let mut command = keyrig::command(&["demo"])?;
                let begun = Instant::now();
                process::capture(&mut command)?;
                demo.borrow_mut().push(Row::listed("the demo's scenarios", stage::seconds(begun.elapsed())));
                Ok(Tally::default())
            }),
        },
    ]);
    println!("\n{}", rows::table(&rows.borrow()));
    outcome
}

/// Runs each benchmark, whatever came of the one before.
fn authenticator(rows: &mut Vec<Row>) -> Result<Tally, Failure> {
    let mut command = process::cargo(["bench", "--package", "keyrig-device", "--no-fail-fast"]);
    let mut running = Running::start(&mut command)?;
    let mut tally = Tally::default();
    while let Some(line) = running.next_line()? {
        let Some(row) = Row::parse(&line) else { continue };
        println!("    {row}");
        match row.verdict {
            Verdict::Holds => tally.passed += 1,
            Verdict::Missed => tally.failed += 1,
            Verdict::Listed => {}
        }
        rows.push(row);
    }
    if tally.is_empty() {
        return Err(Failure::Found(format!("{} judged nothing", process::shown(&command))));
    }
    if tally.failed == 0 {
        running.end(&command)?;
    }
    Ok(tally)
}
