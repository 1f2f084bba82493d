//! Every name that a scenario may use.

use std::path::Path;

use keyrig_device::profiles;
use keyrig_relying_party::Policy;
use keyrig_runner::client::ClientProfile;
use keyrig_runner::device::Place;
use keyrig_runner::scenario::{Scenario, Suite, Vocabulary};
use miette::miette;

use crate::failure::Failure;
use crate::nearest::unknown;

/// The profiles, clients, tampers and policies that are built in.
pub(crate) fn vocabulary() -> Vocabulary {
    Vocabulary::new(profiles::ids(), Policy::builtin_names())
}

/// The client profile of this id, for the key at `place`, or for emulated authenticators.
///
/// # Errors
///
/// A usage error where there is none, or where it does not reach them.
pub(crate) fn client(id: &str, place: Option<&Place>) -> Result<&'static ClientProfile, Failure> {
    let known = ClientProfile::all().iter().map(|client| client.id.as_str());
    let client = ClientProfile::find(id).ok_or_else(|| unknown("client", id, known, "keyrig list clients"))?;
    if client.speaker.reaches(place) {
        return Ok(client);
    }
    let help = "`keyrig run --device hid` names one, and `keyrig devices` lists them";
    Err(Failure::usage(miette!(help = help, "failed to use the client {id}: it reaches keys on USB only")))
}

/// The scenarios that are built in.
///
/// # Errors
///
/// A usage error with every mistake of every file.
pub(crate) fn embedded() -> Result<Suite, Failure> {
    Suite::embedded(&vocabulary()).map_err(Failure::usage)
}

/// What `words` name: files, folders with all that is below them, ids of embedded scenarios, or folders of such ids.
/// All embedded ones if there are none.
///
/// # Errors
///
/// A usage error with every mistake of every file, and for a word that names nothing.
pub(crate) fn suite(words: &[String]) -> Result<Suite, Failure> {
    if words.is_empty() {
        return embedded();
    }
    let (paths, ids): (Vec<&String>, Vec<&String>) = words.iter().partition(|word| is_path(word));
    let mut chosen = Suite::load(&paths, &vocabulary()).map_err(Failure::usage)?;
    let embedded = if ids.is_empty() { Suite::default() } else { embedded()? };
    for id in ids {
        let named = Selection::of(id);
        let found: Vec<Scenario> = embedded.scenarios.iter().filter(|s| named.takes(s.id())).cloned().collect();
        if found.is_empty() {
            let folders = embedded.ids().filter_map(|id| id.split_once('/')).map(|(folder, _)| folder);
            return Err(unknown("scenario", id, embedded.ids().chain(folders), "keyrig list"));
        }
        chosen.scenarios.extend(found);
    }
    chosen.scenarios.sort_by(|a, b| a.id().cmp(b.id()));
    chosen.scenarios.dedup_by(|a, b| a.id() == b.id());
    Ok(chosen)
}

/// A word that ends like a file is one, also where it is missing: the error then says so.
fn is_path(word: &str) -> bool {
    Path::new(word).exists() || word.ends_with(".yaml")
}

/// An id, or the folder of several.
struct Selection<'a>(&'a str);

impl<'a> Selection<'a> {
    fn of(word: &'a str) -> Self {
        let word = word.strip_prefix("scenarios/").unwrap_or(word);
        Self(word.trim_end_matches('/'))
    }

    fn takes(&self, id: &str) -> bool {
        id.strip_prefix(self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_an_id_or_a_folder_of_ids() {
        for (word, id, takes) in [
            ("attack/x", "attack/x", true),
            ("attack", "attack/x", true),
            ("scenarios/attack/", "attack/x", true),
            ("attack/x", "attack/xy", false),
            ("att", "attack/x", false),
        ] {
            assert_eq!(Selection::of(word).takes(id), takes, "{word} {id}");
        }
    }
}
