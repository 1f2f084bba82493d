//! Profiles: one product generation per file.
//!
//! The files of `authenticator-sim/profiles/` are embedded. A file of one's own is read by [`load`], and may begin with
//! `extends: <id>` to take everything it does not say from an embedded one.

mod embedded;
mod error;
mod file;
mod lint;
mod nearest;
mod roots;
mod schema;
mod sheet;

use std::path::Path;
use std::sync::LazyLock;

use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Aaguid, catalogue};

pub use error::ProfileError;
pub use lint::{Finding, Severity, lint};
pub use roots::roots_pem;
pub use schema::json_schema;
pub use sheet::Sheet;

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    // Extending one another would need this very list.
    let read = |(id, text): &(&str, &str)| parse_over(&[], &format!("{id}.yaml"), text);
    embedded::ALL.iter().map(read).collect::<Result<_, _>>().expect("each embedded profile is read by a test")
});

/// Every embedded profile, sorted by id.
pub fn all() -> &'static [Profile] {
    &PROFILES
}

/// The embedded profile with this id.
pub fn find(id: &str) -> Option<&'static Profile> {
    all().iter().find(|profile| profile.id == id)
}

/// The embedded profile that the catalogue names for this AAGUID.
pub fn by_aaguid(aaguid: Aaguid) -> Option<&'static Profile> {
    catalogue::find(aaguid).and_then(|entry| find(entry.profile))
}

/// The id that `id` was most likely meant to be, for messages.
pub fn nearest_id(id: &str) -> Option<&'static str> {
    nearest::nearest(id, all().iter().map(|profile| profile.id.as_str()))
}

/// Reads a profile file.
///
/// # Errors
///
/// [`ProfileError`] names the file, the line, the column and, for a misspelt word, the nearest right one.
pub fn load(path: &Path) -> Result<Profile, ProfileError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|e| ProfileError::unreadable(&name, &e))?;
    parse(&name, &text)
}

/// Reads a profile from `text`; `name` stands for it in messages, and its stem is the id where the file gives none.
///
/// # Errors
///
/// As [`load`].
pub fn parse(name: &str, text: &str) -> Result<Profile, ProfileError> {
    parse_over(all(), name, text)
}

/// Reads a profile that may extend one of `bases`.
fn parse_over(bases: &[Profile], name: &str, text: &str) -> Result<Profile, ProfileError> {
    let file = serde_saphyr::from_str::<file::ProfileFile>(text).map_err(|e| ProfileError::of_yaml(name, text, &e))?;
    file.complete(bases, name, text)
}

#[cfg(test)]
mod tests;
