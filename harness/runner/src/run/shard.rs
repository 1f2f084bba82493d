//! Which part of the scenarios a machine runs.

use std::fmt;
use std::str::FromStr;

/// `2/8`: the second of eight parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    part: usize,
    of: usize,
}

impl Shard {
    /// Whether the scenario at `index` of the sorted list belongs to it. Each belongs to exactly one part, whatever
    /// else is selected.
    pub const fn takes(self, index: usize) -> bool {
        index % self.of == self.part - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a part like `2/8`");
        let (part, of) = text.split_once('/').ok_or_else(wrong)?;
        let (part, of): (usize, usize) = (part.parse().map_err(|_| wrong())?, of.parse().map_err(|_| wrong())?);
        if (1..=of).contains(&part) { Ok(Self { part, of }) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_belongs_to_exactly_one_part() {
        let parts: Vec<Shard> = (1..=3).map(|part| format!("{part}/3").parse().expect("a part")).collect();
        for index in 0..20 {
            assert_eq!(parts.iter().filter(|part| part.takes(index)).count(), 1);
        }
        for wrong in ["0/3", "4/3", "1", "a/b", "1/0", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
