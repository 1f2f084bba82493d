//! The block of commands in the README.

use std::fs;

use super::super::super::desk::Red;
use crate::workspace;

const SECTION: &str = "## A key that the operating system sees";

/// The commands of the section's block, as somebody who has built the program types them.
///
/// # Errors
/// When the README has no such block.
pub(super) fn commands() -> Result<Vec<String>, Red> {
    let readme = fs::read_to_string(workspace::root().join("README.md"))?;
    let found = of(&readme);
    if found.is_empty() { Err(Red(format!("the README shows no command under `{SECTION}`"))) } else { Ok(found) }
}

/// A remark stands after two spaces.
fn of(readme: &str) -> Vec<String> {
    let section = readme.split(SECTION).nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let block = section.split("```").nth(1).unwrap_or_default();
    let typed = block.lines().map(|line| line.split("  ").next().unwrap_or(line).trim());
    typed.filter(|line| !line.is_empty()).map(|line| line.replacen("cargo run --", "keyrig", 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_of_the_section_is_found() {
        let readme = format!(
            "```\ncargo xtask demo\n```\n{SECTION}\n\n```\ncargo run -- key status   how it is\nfido2-token -L\n\n```\n\
             text\n## Another\n```\ncargo run -- list\n```\n"
        );
        assert_eq!(of(&readme), ["keyrig key status", "fido2-token -L"]);
        assert!(of("# keyrig\n").is_empty());
    }
}
