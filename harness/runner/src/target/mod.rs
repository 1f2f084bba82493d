//! Relying parties under test: how to start them, how to talk to them, and what their answers mean.

mod acquaintances;
mod classify;
mod cookies;
mod dialect;
mod file;
mod mistake;
mod process;
mod reasons;
mod session;
mod template;
mod verb;

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::Client;

use self::acquaintances::Acquaintances;
use self::process::Process;
use crate::environment_error::EnvironmentError;

pub(crate) use acquaintances::Acquaintance;
pub use dialect::{Dialect, Says};
pub use file::{Start, TargetFile, Users, VerbFile};
pub use session::{Options, Session};
pub use verb::{Verb, VerbAnswer, VerbError};

/// A relying party under test, up and ready. Clones are the same one.
#[derive(Clone)]
pub struct Target(Arc<Inner>);

struct Inner {
    file: TargetFile,
    dialect: &'static Dialect,
    http: Client,
    acquaintances: Acquaintances,
    _guard: Option<Box<dyn Any + Send + Sync>>,
}

/// A future on its way to a target.
pub type Starting<'a> = Pin<Box<dyn Future<Output = Result<Target, EnvironmentError>> + Send + 'a>>;

/// Where targets come from.
pub trait Targets: Send + Sync {
    /// A target under `policy`: a fresh built-in one, or the one that was named, whatever its policy.
    fn start<'a>(&'a self, policy: Option<&'a str>) -> Starting<'a>;
}

/// What a target is given and allowed.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Hosts beyond this machine that somebody allowed by name.
    pub allowed_hosts: Vec<String>,
    /// Our attestation roots, for targets that want them.
    pub trust_anchors_pem: String,
}

impl Target {
    /// Starts what `file` describes, if it wants to be started, and waits until it answers.
    ///
    /// # Errors
    ///
    /// [`EnvironmentError`] where the host is not allowed, the dialect unknown, or nobody answers.
    pub async fn start(file: TargetFile, surroundings: &Surroundings) -> Result<Self, EnvironmentError> {
        let http = prepare(&file, surroundings)?;
        let guard = match &file.start {
            Some(start) => {
                let process = Process::start(&file, start, &surroundings.trust_anchors_pem, &http).await?;
                Some(Box::new(process) as Box<dyn Any + Send + Sync>)
            }
            None => None,
        };
        Self::open(file, http, guard).await
    }

    /// A target that runs already; `guard` is dropped with the last clone.
    ///
    /// # Errors
    ///
    /// [`EnvironmentError`] where the host is not on this machine, the dialect is unknown, or nobody answers.
    pub async fn attach(file: TargetFile, guard: Box<dyn Any + Send + Sync>) -> Result<Self, EnvironmentError> {
        let http = prepare(&file, &Surroundings::default())?;
        Self::open(file, http, Some(guard)).await
    }

    async fn open(
        file: TargetFile,
        http: Client,
        guard: Option<Box<dyn Any + Send + Sync>>,
    ) -> Result<Self, EnvironmentError> {
        let why = || EnvironmentError::Target { why: format!("nobody speaks the dialect {}", file.dialect) };
        let dialect = Dialect::find(&file.dialect).ok_or_else(why)?;
        let target =
            Self(Arc::new(Inner { file, dialect, http, acquaintances: Acquaintances::default(), _guard: guard }));
        target.answers().await?;
        Ok(target)
    }

    /// Whether anybody answers there at all, well or not.
    ///
    /// # Errors
    ///
    /// [`EnvironmentError::Unreachable`] where nobody does.
    pub(crate) async fn answers(&self) -> Result<(), EnvironmentError> {
        let unreachable = |error: reqwest::Error| {
            let why = if error.is_timeout() { "no answer in time".to_owned() } else { session::innermost(&error) };
            EnvironmentError::Unreachable { url: self.url(""), why }
        };
        self.probe().await.map(|_| ()).map_err(unreachable)
    }

    /// The file that describes it.
    pub fn file(&self) -> &TargetFile {
        &self.0.file
    }

    /// Its wire dialect.
    pub fn dialect(&self) -> &'static Dialect {
        self.0.dialect
    }

    /// A new session, without cookies.
    pub fn session(&self) -> Session {
        Session::new(self.clone())
    }

    /// Whether it has a verb.
    pub fn can(&self, verb: Verb) -> bool {
        self.0.file.verbs.contains_key(&verb)
    }

    /// Remembers an account that was registered.
    pub(crate) fn remember(&self, user: &str, acquaintance: Acquaintance) {
        self.0.acquaintances.remember(user, acquaintance);
    }

    /// What is known of an account that was registered.
    pub(crate) fn acquaintance(&self, user: &str) -> Option<Acquaintance> {
        self.0.acquaintances.of(user)
    }

    /// Whether it is well: its health path answers 2xx, or anything answers where there is none.
    pub async fn is_well(&self) -> bool {
        self.probe().await.is_ok_and(|healthy| healthy)
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.file.url.trim_end_matches('/'))
    }

    pub(super) fn http(&self) -> &Client {
        &self.0.http
    }

    async fn probe(&self) -> Result<bool, reqwest::Error> {
        let path = self.0.file.health.as_deref();
        let request = self.0.http.get(self.url(path.unwrap_or("/"))).timeout(self.timeout());
        let response = request.send().await?;
        Ok(path.is_none() || response.status().is_success())
    }
}

fn prepare(file: &TargetFile, surroundings: &Surroundings) -> Result<Client, EnvironmentError> {
    let broken = |why: String| EnvironmentError::Target { why };
    let url = url::Url::parse(&file.url).map_err(|e| broken(format!("{} is not a URL: {e}", file.url)))?;
    let host = url.host().ok_or_else(|| broken(format!("{} names no host", file.url)))?;
    let here = match &host {
        url::Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        url::Host::Ipv4(address) => address.is_loopback(),
        url::Host::Ipv6(address) => address.is_loopback(),
    };
    let host = host.to_string();
    if !here && !surroundings.allowed_hosts.contains(&host) {
        return Err(EnvironmentError::HostNotAllowed { host });
    }
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        // Where one was kept, and closed just when it is used again, that would look like a crash.
        .pool_max_idle_per_host(0)
        .build()
        .map_err(|e| broken(format!("the HTTP client does not start: {e}")))
}

#[cfg(test)]
pub(crate) mod canned;
#[cfg(test)]
mod tests;
