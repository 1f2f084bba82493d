//! What was probably meant.

use miette::miette;

use crate::failure::Failure;

/// There is no `noun` of this name; says which is nearest, or where all of them are listed.
pub(crate) fn unknown<'a>(noun: &str, name: &str, known: impl Iterator<Item = &'a str>, list: &str) -> Failure {
    let near = known
        .map(|candidate| (strsim::normalized_damerau_levenshtein(name, candidate), candidate))
        .filter(|(likeness, candidate)| *likeness >= 0.6 || (!name.is_empty() && candidate.contains(name)))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let help = match near {
        Some((_, candidate)) => format!("did you mean {candidate:?}? `{list}` names them all"),
        None => format!("`{list}` names them all"),
    };
    Failure::usage(miette!(help = help, "failed to find the {noun} {name:?}"))
}
