//! `keyrig rp`

use std::io::Write;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use clap::Subcommand;
use keyrig_relying_party::{Config, serve};
use miette::miette;
use serde_json::json;
use tokio::net::TcpListener;

use crate::failure::{Exit, Failure};
use crate::{ctrl_c, runtime, targets};

/// Serve the built-in relying party
#[derive(clap::Args)]
pub(crate) struct Words {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(Serve),
}

/// Serve the built-in relying party on a loopback port until Ctrl-C
#[derive(clap::Args)]
#[command(after_help = "\
It speaks the FIDO2 server conformance API; /openapi.json describes that and the admin API.

Examples:
  keyrig rp serve
  keyrig rp serve --policy default --port 8080
  keyrig rp serve --rp-id localhost --origin http://localhost:8080
  keyrig rp serve --policy my-policy.yaml --users my-users.yaml")]
struct Serve {
    /// A built-in policy's name or a policy file
    #[arg(long, value_name = "POLICY", default_value = "hardened")]
    policy: String,
    /// A users file; the shared users if left out
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,
    /// The RP ID
    #[arg(long, value_name = "DOMAIN", default_value = "corp.example.com")]
    rp_id: String,
    /// An origin whose pages may run a ceremony; https and the RP ID if left out
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// The port; 0 for a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Trust anchors for attestation, PEM; the test roots of the embedded profiles if left out
    #[arg(long = "trust", value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// What the admin API wants as bearer token; $KEYRIG_ADMIN_TOKEN or a fresh one if left out
    #[arg(long, value_name = "TOKEN")]
    admin_token: Option<String>,
    /// Print what is printed as one line of JSON
    #[arg(long)]
    json: bool,
}

impl Words {
    /// Serves until Ctrl-C.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        let Command::Serve(words) = self.command;
        let config = words.config()?;
        runtime()?.block_on(words.serve(config, out))
    }
}

impl Serve {
    fn config(&self) -> Result<Config, Failure> {
        let policy = targets::policy(&self.policy)?;
        let users = targets::users(self.users.as_deref())?;
        let mut config = Config::new(policy, users);
        config.rp_id.clone_from(&self.rp_id);
        config.origins = match self.origins.as_slice() {
            [] => vec![format!("https://{}", self.rp_id)],
            origins => origins.to_vec(),
        };
        config.trust_anchors_pem = match self.trust.as_slice() {
            [] => targets::trust_anchors().to_owned(),
            files => files.iter().map(targets::anchors).collect::<Result<String, _>>()?,
        };
        let token = self.admin_token.clone().or_else(|| std::env::var("KEYRIG_ADMIN_TOKEN").ok());
        if let Some(token) = token.filter(|token| !token.is_empty()) {
            config.admin_token = token;
        }
        Ok(config)
    }

    async fn serve(&self, config: Config, out: &mut dyn Write) -> Result<Exit, Failure> {
        let (rp_id, origins) = (config.rp_id.clone(), config.origins.clone());
        let policy = config.policy.name().to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await.map_err(|e| {
            let help = "choose another with --port, or leave it out for a free one";
            Failure::environment(miette!(help = help, "failed to listen on port {}: {e}", self.port))
        })?;
        let running = serve(listener, config).map_err(|e| Failure::usage(miette!("failed to serve: {e}")))?;
        // Before anyone is told where it is: whoever knows may end it.
        let mut presses =
            ctrl_c::presses().map_err(|e| Failure::environment(miette!("failed to wait for Ctrl-C: {e}")))?;
        if self.json {
            let told = json!({
                "url": running.url, "admin_token": running.admin_token, "policy": policy, "rp_id": rp_id,
                "origins": origins,
            });
            writeln!(out, "{told}")?;
        } else {
            writeln!(out, "serving policy {policy} at {}", running.url)?;
            writeln!(out, "RP ID {rp_id}, origin {}", origins.join(", "))?;
            writeln!(out, "admin token {}", running.admin_token)?;
        }
        out.flush()?;
        presses.recv().await;
        running.shutdown().await;
        Ok(Exit::Success)
    }
}
