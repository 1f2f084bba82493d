//! Profiles: one product generation per file.
//!
//! The files of `authenticator-sim/profiles/` are embedded, and each is read when it is first asked for. A file of one's
//! own is read by [`load`], and may begin with `extends: <id>` to take everything it does not say from an embedded one.
//! An embedded file may do so too, from one that extends nothing itself.

mod embedded;
mod error;
mod file;
mod lint;
mod nearest;
mod roots;
mod schema;
mod sheet;

use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Aaguid, catalogue};

pub use error::ProfileError;
pub use lint::{Finding, Severity, lint};
pub use roots::roots_pem;
pub use schema::json_schema;
pub use sheet::Sheet;

static PROFILES: [OnceLock<Profile>; embedded::ALL.len()] = [const { OnceLock::new() }; embedded::ALL.len()];

/// Every embedded profile, sorted by id.
pub fn all() -> &'static [Profile] {
    static EVERY_ONE: LazyLock<Vec<Profile>> = LazyLock::new(|| ids().filter_map(find).cloned().collect());
    &EVERY_ONE
}

/// The id of every embedded profile, sorted; nothing is read for it.
pub fn ids() -> impl Iterator<Item = &'static str> {
    embedded::ALL.iter().map(|(id, _)| *id)
}

/// The embedded profile with this id.
pub fn find(id: &str) -> Option<&'static Profile> {
    let at = embedded::ALL.binary_search_by_key(&id, |(id, _)| id).ok()?;
    let (id, text) = embedded::ALL[at];
    let read = || parse_over(independent, &format!("{id}.yaml"), text);
    Some(PROFILES[at].get_or_init(|| read().expect("each embedded profile is read by a test")))
}

/// The embedded profile with this id, if it extends nothing: what other embedded ones may extend, so that reading one
/// never waits for itself.
fn independent(id: &str) -> Option<&'static Profile> {
    let at = embedded::ALL.binary_search_by_key(&id, |(id, _)| id).ok()?;
    let extends = embedded::ALL[at].1.lines().any(|line| line.starts_with("extends:"));
    if extends { None } else { find(id) }
}

/// The embedded profile that the catalogue names for this AAGUID.
pub fn by_aaguid(aaguid: Aaguid) -> Option<&'static Profile> {
    catalogue::find(aaguid).and_then(|entry| find(entry.profile))
}

/// The id that `id` was most likely meant to be, for messages.
pub fn nearest_id(id: &str) -> Option<&'static str> {
    nearest::nearest(id, ids())
}

/// Whether a profile may be called this, and the key that it is plugged in as: both are parts of file names.
pub(crate) fn is_id(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    (1..=64).contains(&text.len()) && !text.starts_with('.') && text.chars().all(fits)
}

/// Reads a profile file.
///
/// # Errors
///
/// [`ProfileError`] names the file, the line, the column and, for a misspelt word, the nearest right one.
pub fn load(path: &Path) -> Result<Profile, ProfileError> {
    let name = path.display().to_string();
    let text = keyrig_files::text(path).map_err(|e| ProfileError::unreadable(&name, &e))?;
    parse(&name, &text)
}

/// Reads a profile from `text`; `name` stands for it in messages, and its stem is the id where the file gives none.
///
/// # Errors
///
/// As [`load`].
pub fn parse(name: &str, text: &str) -> Result<Profile, ProfileError> {
    parse_over(find, name, text)
}

/// What a file may extend, by id.
type Bases = fn(&str) -> Option<&'static Profile>;

fn parse_over(bases: Bases, name: &str, text: &str) -> Result<Profile, ProfileError> {
    let file = serde_saphyr::from_str::<file::ProfileFile>(text).map_err(|e| ProfileError::of_yaml(name, text, &e))?;
    file.complete(bases, name, text)
}

#[cfg(test)]
mod tests;
