//! Every name that a scenario may use.

use keyrig_device::profiles;
use keyrig_relying_party::Policy;
use keyrig_runner::client::ClientProfile;
use keyrig_runner::scenario::{Suite, Vocabulary};
use keyrig_runner::tamper;

use crate::failure::Failure;

/// The profiles, clients, tampers and policies that are built in.
pub(crate) fn vocabulary() -> Vocabulary {
    Vocabulary {
        profiles: profiles::all().iter().map(|profile| profile.id.clone()).collect(),
        clients: ClientProfile::all().iter().map(|client| client.id.clone()).collect(),
        tampers: tamper::all().iter().map(|tamper| tamper.id.to_owned()).collect(),
        policies: Policy::builtin_names().map(str::to_owned).collect(),
    }
}

/// The scenarios at `paths`, the embedded ones if there are none; an embedded scenario's id is as good as a path.
///
/// # Errors
///
/// A usage error with every mistake of every file.
pub(crate) fn suite(paths: &[String]) -> Result<Suite, Failure> {
    let known = vocabulary();
    let embedded = Suite::embedded(&known).map_err(Failure::usage)?;
    if paths.is_empty() {
        return Ok(embedded);
    }
    let (ids, files): (Vec<&String>, Vec<&String>) = paths.iter().partition(|path| embedded.find(path).is_some());
    let mut chosen = Suite::load(&files, &known).map_err(Failure::usage)?;
    chosen.scenarios.extend(ids.into_iter().filter_map(|id| embedded.find(id)).cloned());
    chosen.scenarios.sort_by(|a, b| a.id().cmp(b.id()));
    chosen.scenarios.dedup_by(|a, b| a.id() == b.id());
    Ok(chosen)
}
