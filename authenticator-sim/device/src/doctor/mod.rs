//! What keys need of this machine, what is missing, and what to type for it.
//!
//! Nothing is changed. Nodes are opened and closed again, which is how one learns whether one may.

mod check;
mod machine;

pub use check::{ALL, Check, Finding};
pub use machine::{Linux, Machine};

/// A check and what it found.
#[derive(Clone, Debug)]
pub struct Examined {
    /// What was checked.
    pub check: &'static Check,
    /// What was found.
    pub finding: Finding,
}

/// Makes every check whose name is in `names`; all of them where that is empty.
pub fn examine(machine: &dyn Machine, names: &[String]) -> Vec<Examined> {
    let wanted = |check: &&&'static Check| names.is_empty() || names.iter().any(|name| name == check.name);
    ALL.iter().filter(wanted).map(|check| Examined { check, finding: (check.look)(machine) }).collect()
}

#[cfg(test)]
mod tests;
