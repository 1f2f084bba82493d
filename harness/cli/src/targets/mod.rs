//! Targets as the command line names them: `builtin:<policy>`, or a target file.

mod builtin;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use keyrig_device::profiles::{self, roots_pem};
use keyrig_runner::EnvironmentError;
use keyrig_runner::target::{Starting, Surroundings, Target, TargetFile, Targets};
use miette::miette;
use tokio::sync::OnceCell;

use crate::failure::Failure;

pub(crate) use builtin::{Builtin, policy, trust_anchors, users};

/// A target as the command line names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// The built-in relying party, under the policy of this name or file; empty for the one that each scenario names.
    Builtin(String),
    /// A target file.
    File(String),
}

impl Name {
    /// The policy that it names for every scenario.
    pub(crate) fn policy(&self) -> Option<String> {
        match self {
            Self::Builtin(policy) if !policy.is_empty() => Some(policy.clone()),
            _ => None,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin(policy) if policy.is_empty() => f.write_str("builtin"),
            Self::Builtin(policy) => write!(f, "builtin:{policy}"),
            Self::File(path) => f.write_str(path),
        }
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("builtin:") {
            Some("") => Err("a policy's name or file follows `builtin:`".into()),
            Some(policy) => Ok(Self::Builtin(policy.into())),
            None if text == "builtin" => Ok(Self::Builtin(String::new())),
            None => Ok(Self::File(text.into())),
        }
    }
}

/// What a target file describes.
pub(crate) struct Described {
    file: TargetFile,
    surroundings: Surroundings,
    started: OnceCell<Target>,
}

/// Where the command line's targets come from.
pub(crate) enum Chosen {
    /// A fresh built-in relying party each time.
    Builtin(Builtin),
    /// What a target file describes, started once.
    File(Box<Described>),
}

impl Chosen {
    /// Reads the policy or the target file that `name` names.
    ///
    /// # Errors
    ///
    /// A usage error where there is none.
    pub(crate) fn new(name: &Name, allowed_hosts: &[String], seed: [u8; 32]) -> Result<Self, Failure> {
        Ok(match name {
            Name::Builtin(policy) if policy.is_empty() => Self::Builtin(Builtin::any(seed)),
            Name::Builtin(name) => Self::Builtin(Builtin::under(policy(name)?, seed)),
            Name::File(path) => {
                let file = TargetFile::load(Path::new(path)).map_err(Failure::usage)?;
                let allowed_hosts = allowed_hosts.to_vec();
                let surroundings = Surroundings { allowed_hosts, trust_anchors_pem: roots_pem(profiles::all()) };
                Self::File(Box::new(Described { file, surroundings, started: OnceCell::new() }))
            }
        })
    }

    /// It is told to trust the attestation roots in these files too.
    ///
    /// # Errors
    ///
    /// A usage error where a file holds no PEM certificate.
    pub(crate) fn trusting(mut self, files: &[PathBuf]) -> Result<Self, Failure> {
        for file in files {
            let anchors = anchors(file)?;
            match &mut self {
                Self::Builtin(builtin) => builtin.trust(&anchors),
                Self::File(described) => described.surroundings.trust_anchors_pem.push_str(&anchors),
            }
        }
        Ok(self)
    }

    /// The target file, without starting anything.
    ///
    /// # Errors
    ///
    /// [`EnvironmentError`] where no policy has the name.
    pub(crate) fn describe(&self, policy: &str) -> Result<TargetFile, EnvironmentError> {
        match self {
            Self::Builtin(builtin) => builtin.describe(Some(policy)),
            Self::File(described) => Ok(described.file.clone()),
        }
    }

    /// Whether it is our own, whose reasons have to be right.
    pub(crate) const fn is_builtin(&self) -> bool {
        matches!(self, Self::Builtin(_))
    }
}

/// The trust anchors in this file, PEM.
///
/// # Errors
///
/// A usage error where it holds none.
pub(crate) fn anchors(path: &PathBuf) -> Result<String, Failure> {
    let pem = keyrig_files::text(path)
        .map_err(|e| Failure::usage(miette!("failed to read the trust anchors {}: {e}", path.display())))?;
    if pem.contains("-----BEGIN CERTIFICATE-----") {
        return Ok(pem + "\n");
    }
    let help = "`keyrig profile export --roots` writes such a file";
    Err(Failure::usage(miette!(help = help, "failed to find a PEM certificate in {}", path.display())))
}

impl Described {
    async fn start(&self) -> Result<Target, EnvironmentError> {
        let start = || Target::start(self.file.clone(), &self.surroundings);
        self.started.get_or_try_init(start).await.cloned()
    }
}

impl Targets for Chosen {
    fn start<'a>(&'a self, policy: Option<&'a str>) -> Starting<'a> {
        match self {
            Self::Builtin(builtin) => builtin.start(policy),
            Self::File(described) => Box::pin(described.start()),
        }
    }
}
