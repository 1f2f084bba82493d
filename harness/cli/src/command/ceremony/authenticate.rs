//! `keyrig authenticate`

use std::io::Write;

use keyrig_runner::ceremony::{Ceremony, OptionsRequest};
use miette::miette;
use serde_json::Value;

use super::{Scene, json_object, report};
use crate::failure::{Exit, Failure};
use crate::runtime;

/// Perform one authentication ceremony by hand, and say whether it ended as expected
#[derive(clap::Args)]
#[command(
    after_help = r#"The credential is registered first, by an honest ceremony; lies and expectation are about the
authentication alone. Exit code 0 if it ended as expected, 1 if not, 3 if there was no answer.

Examples:
  keyrig authenticate --user alice@corp.example.com
  keyrig authenticate --user alice@corp.example.com --discoverable
  keyrig authenticate --user alice@corp.example.com --profile yubikey-5-nfc-5.8 \
    --registration-extensions '{"prf": {}}' --extensions '{"prf": {"eval": {"first": "QUJD"}}}'
  keyrig authenticate --user alice@corp.example.com \
    --tamper authenticator/clear-uv --expect rejected"#
)]
pub(crate) struct Words {
    /// The account's name
    #[arg(long, value_name = "NAME")]
    user: String,
    /// Do not tell the target who signs in
    #[arg(long)]
    discoverable: bool,
    /// Extensions to ask the target for when the credential is registered, as WebAuthn's JSON has them
    #[arg(long, value_name = "JSON", value_parser = json_object)]
    registration_extensions: Option<Value>,
    #[command(flatten)]
    scene: Scene,
}

impl Words {
    /// Performs both ceremonies.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        runtime()?.block_on(async {
            let mut stage = self.scene.set().await?;
            let request = OptionsRequest {
                attestation: self.scene.aaguid.map(|_| "none".to_owned()),
                resident_key: self.discoverable.then(|| "required".to_owned()),
                extensions: self.registration_extensions.clone(),
                ..OptionsRequest::default()
            };
            let first = stage.perform(Ceremony::Registration, Some(&self.user), request, false).await?;
            if !first.outcome.is_accepted() {
                let help = "`keyrig register` shows the whole of it; choose another --profile or --user";
                let why = first.outcome;
                stage.give_back()?;
                return Err(Failure::environment(miette!(help = help, "failed to register a credential first: {why}")));
            }
            stage.session = stage.session.another();
            let user = (!self.discoverable).then_some(self.user.as_str());
            let record = stage.perform(Ceremony::Authentication, user, OptionsRequest::default(), true).await?;
            let exit = report::print(&stage, &record, &self.scene.expected(), out)?;
            stage.give_back().map(|()| exit)
        })
    }
}
