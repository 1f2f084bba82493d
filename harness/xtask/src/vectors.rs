//! `cargo xtask vectors`: the tests that compare with published vectors, and how many vectors came out.
//!
//! Such a test says so itself, in a line that [`Count::read`] reads.

use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::process;
use crate::tally::Tally;

/// What has to come out, and how often at least.
const LEAST: [(&str, &str, usize); 9] = [
    ("cbor", "canonical encodings", 20),
    ("enc-identifier", "members", 4),
    ("pin-uv-auth", "protocols", 2),
    ("prf", "hmac-secret sets", 3),
    ("webauthn-l3", "authentications", 15),
    ("webauthn-l3", "client data", 30),
    ("webauthn-l3", "registrations", 15),
    ("webauthn-l3", "root certificates", 1),
    ("webauthn-l3", "seeds", 168),
];

/// Every test file whose name ends in `vectors`, and every unit test whose path contains `vector`.
const SELECTIONS: [&[&str]; 2] =
    [&["--test", "*vectors", "--", "--nocapture"], &["--lib", "--", "vector", "--nocapture"]];

/// Runs the tests, prints how many vectors of each kind came out, and how many did not.
///
/// # Errors
/// When a test fails, when a vector differs, or when fewer of a kind came out than there are.
pub(crate) fn run() -> Result<(), Failure> {
    match reproduce()? {
        Tally { failed: 0, .. } => Ok(()),
        Tally { failed, .. } => Err(Failure::Found(format!("{failed} tests of vectors failed"))),
    }
}

/// As [`run`], for those who count.
///
/// # Errors
/// As [`run`], but for tests that failed: they are counted.
pub(crate) fn reproduce() -> Result<Tally, Failure> {
    let (mut tally, mut counts) = (Tally::default(), Counts::default());
    for selection in SELECTIONS {
        let mut tests = process::cargo(["test", "--workspace", "--no-fail-fast", "--quiet"]);
        tally += process::watch_tests(tests.args(selection), &mut |line| counts.add(line))?;
    }
    println!("\n{counts}");
    counts.judge()?;
    Ok(tally)
}

/// What came out of the vectors of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    reproduced: usize,
    differ: usize,
}

impl Count {
    /// Reads `vectors: <folder> <kind>: <n> reproduced, <m> differ`, which the dots of other tests may precede.
    fn read(line: &str) -> Option<((String, String), Count)> {
        let (_, said) = line.split_once("vectors: ")?;
        let (name, numbers) = said.split_once(": ")?;
        let (folder, kind) = name.split_once(' ')?;
        let (reproduced, differ) = numbers.split_once(" reproduced, ")?;
        let differ = differ.strip_suffix(" differ")?;
        let count = Count { reproduced: reproduced.parse().ok()?, differ: differ.parse().ok()? };
        Some(((folder.to_owned(), kind.to_owned()), count))
    }
}

/// What came out, by folder and kind.
#[derive(Debug, Default)]
struct Counts(BTreeMap<(String, String), Count>);

impl Counts {
    fn add(&mut self, line: &str) {
        if let Some((name, Count { reproduced, differ })) = Count::read(line) {
            let count = self.0.entry(name).or_default();
            count.reproduced += reproduced;
            count.differ += differ;
        }
    }

    fn judge(&self) -> Result<(), Failure> {
        let differ = self.0.iter().filter(|(_, count)| count.differ > 0);
        let differ = differ.map(|((folder, kind), count)| format!("{folder} {kind}: {} differ", count.differ));
        let few = LEAST.iter().filter_map(|(folder, kind, least)| {
            let count = self.0.get(&((*folder).to_owned(), (*kind).to_owned())).copied().unwrap_or_default();
            let reproduced = count.reproduced;
            (reproduced < *least).then(|| format!("{folder} {kind}: {reproduced} reproduced, and there are {least}"))
        });
        let wrong: Vec<_> = differ.chain(few).collect();
        if wrong.is_empty() { Ok(()) } else { Err(Failure::Found(wrong.join("\n"))) }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = |(folder, kind): &(String, String)| format!("{folder} {kind}");
        let width = self.0.keys().map(|key| name(key).len()).max().unwrap_or(0);
        let mut all = Count::default();
        for (key, count) in &self.0 {
            writeln!(f, "{:width$}  {:>4} reproduced, {} differ", name(key), count.reproduced, count.differ)?;
            all.reproduced += count.reproduced;
            all.differ += count.differ;
        }
        write!(f, "{:width$}  {:>4} reproduced, {} differ", "vectors", all.reproduced, all.differ)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the tests print where all is well.
    fn whole() -> Vec<String> {
        LEAST.iter().map(|(folder, kind, least)| line(folder, kind, *least, 0)).collect()
    }

    fn line(folder: &str, kind: &str, reproduced: usize, differ: usize) -> String {
        format!("..vectors: {folder} {kind}: {reproduced} reproduced, {differ} differ")
    }

    fn judged(lines: &[String]) -> Result<(), String> {
        let mut counts = Counts::default();
        lines.iter().for_each(|line| counts.add(line));
        counts.judge().map_err(|failure| failure.to_string())
    }

    #[test]
    fn what_tests_say_is_read_and_added_up() {
        let mut counts = Counts::default();
        for line in [
            "running 3 tests",
            ".vectors: cbor members: 2 reproduced, 1 differ",
            "vectors: cbor members: 5 reproduced, 0 differ",
        ] {
            counts.add(line);
        }
        assert_eq!(
            counts.to_string(),
            "cbor members     7 reproduced, 1 differ\nvectors          7 reproduced, 1 differ"
        );
        assert_eq!(Count::read("vectors: cbor: 2 reproduced, 1 differ"), None);
    }

    #[test]
    fn all_is_well_where_every_kind_came_out_whole() {
        assert_eq!(judged(&whole()), Ok(()));
    }

    #[test]
    fn a_vector_that_differs_and_one_that_is_missing_are_told() {
        let differs = [whole(), vec![line("webauthn-l3", "registrations", 0, 1)]].concat();
        assert_eq!(judged(&differs), Err("webauthn-l3 registrations: 1 differ".to_owned()));
        for (at, (folder, kind, least)) in LEAST.iter().enumerate() {
            let mut lines = whole();
            lines[at] = line(folder, kind, least - 1, 0);
            let message = format!("{folder} {kind}: {} reproduced, and there are {least}", least - 1);
            assert_eq!(judged(&lines), Err(message));
        }
        assert!(judged(&[]).is_err(), "silence is no success");
    }
}
