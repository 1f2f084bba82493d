use keyrig_core::cut;
use keyrig_ctap::catalogue::{self, Entry};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::profile::Profile;

use super::{Finding, lint};

/// All there is to show of a profile.
#[derive(Clone, Debug)]
pub struct Sheet<'p> {
    /// The profile, as its file has it.
    pub profile: &'p Profile,
    /// What the catalogue says of its AAGUID.
    pub catalogue: Option<&'static Entry>,
    /// What getInfo says before a PIN is set: the profile's, cut to what is implemented.
    pub advertised: Info,
    /// What lint says.
    pub findings: Vec<Finding>,
}

impl<'p> Sheet<'p> {
    /// Gathers it.
    pub fn of(profile: &'p Profile) -> Self {
        Self {
            profile,
            catalogue: catalogue::find(profile.aaguid),
            advertised: cut(profile).info,
            findings: lint(profile),
        }
    }
}
