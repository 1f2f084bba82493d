use std::io::{Write as _, stderr, stdin};

use miette::miette;

use crate::failure::Failure;

/// Has the person type the key's name.
///
/// # Errors
///
/// A usage error where something else is typed.
pub(super) fn ask(name: &str) -> Result<(), Failure> {
    let failed = |e| Failure::environment(miette!("failed to ask for permission: {e}"));
    write!(stderr(), "This may change {name} for good. Type its name to go on: ").map_err(failed)?;
    let mut typed = String::new();
    stdin().read_line(&mut typed).map_err(failed)?;
    if typed.trim() == name {
        return Ok(());
    }
    let help = "without --destructive, nothing that stays is done to a key";
    Err(Failure::usage(miette!(help = help, "failed to go on: what was typed is not {name:?}")))
}
