//! `keyrig register`

use std::io::Write;

use keyrig_runner::ceremony::{Ceremony, OptionsRequest};

use super::{Scene, report};
use crate::failure::{Exit, Failure};
use crate::runtime;

/// Perform one registration ceremony by hand, and say whether it ended as expected
#[derive(clap::Args)]
#[command(after_help = "\
Exit code 0 if it ended as expected, 1 if not, 3 if the target gave no answer.

Examples:
  keyrig register --user alice@corp.example.com
  keyrig register --target builtin:hardened --user admin1@corp.example.com \\
    --aaguid adce0002-35bc-c60a-648b-0b25f1f05503 \\
    --expect 400 --reason aaguid_not_permitted_for_tier_0
  keyrig register --user alice@corp.example.com \\
    --tamper client/origin=https://evil.example --expect rejected")]
pub(crate) struct Words {
    /// The account's name
    #[arg(long, value_name = "NAME")]
    user: String,
    /// The conveyance to ask the target for; with --aaguid, none
    #[arg(long, value_name = "CONVEYANCE", value_parser = ["none", "indirect", "direct", "enterprise"])]
    attestation: Option<String>,
    #[command(flatten)]
    scene: Scene,
}

impl Words {
    /// Performs the ceremony.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        runtime()?.block_on(async {
            let mut stage = self.scene.set().await?;
            let by_aaguid = self.scene.aaguid.map(|_| "none".to_owned());
            let request =
                OptionsRequest { attestation: self.attestation.clone().or(by_aaguid), ..OptionsRequest::default() };
            let record = stage.perform(Ceremony::Registration, Some(&self.user), request, true).await?;
            let exit = report::print(&stage, &record, &self.scene.expected(), out)?;
            stage.give_back().map(|()| exit)
        })
    }
}
