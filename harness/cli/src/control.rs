//! Talks to the keys that this user has plugged in.

use std::fs;
use std::path::Path;
use std::time::Duration;

use keyrig_device::control::{Problem, folder};
use miette::miette;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::{Exit, Failure};
use crate::nearest::unknown;

/// How long a key may take to answer, beyond what it was told to wait.
const PATIENCE: Duration = Duration::from_secs(10);

/// A key that is plugged in.
pub(crate) struct Control {
    name: String,
    token: String,
    client: Client,
}

impl Control {
    /// The names of this user's keys, sorted; of those that were killed, too.
    pub(crate) fn names() -> Vec<String> {
        let entries = fs::read_dir(folder()).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".sock")?.to_owned()));
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// The key of this name, or the only one that is there.
    ///
    /// # Errors
    ///
    /// An environment error where no key is there; a usage error where there is no such key, or the choice is open.
    pub(crate) async fn find(name: Option<&str>) -> Result<Self, Failure> {
        if let Some(name) = name {
            let known = Self::names();
            if !known.iter().any(|other| other == name) {
                return Err(unknown("key", name, known.iter().map(String::as_str), "keyrig key list"));
            }
            return Self::open(name);
        }
        let mut there = Vec::new();
        for name in Self::names() {
            let key = Self::open(&name)?;
            if key.is_there().await {
                there.push(key);
            }
        }
        match there.len() {
            0 => {
                let help = "keyrig plug <profile> plugs one in";
                let folder = folder();
                Err(Failure::environment(miette!(help = help, "failed to find a key in {}", folder.display())))
            }
            1 => Ok(there.remove(0)),
            _ => {
                let names: Vec<&str> = there.iter().map(|key| key.name.as_str()).collect();
                let help = format!("--key {}", names.join(", or --key "));
                Err(Failure::usage(miette!(help = help, "failed to choose a key: {} are there", names.len())))
            }
        }
    }

    /// The key of this name, which may have been killed.
    pub(crate) fn open(name: &str) -> Result<Self, Failure> {
        let file = |ending: &str| folder().join(format!("{name}.{ending}"));
        let token = read(&file("token"))?.trim().to_owned();
        let failed = |e| Failure::environment(miette!("failed to make an HTTP client: {e}"));
        let client = Client::builder().unix_socket(file("sock")).no_proxy().build().map_err(failed)?;
        Ok(Self { name: name.to_owned(), token, client })
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether anybody answers.
    pub(crate) async fn is_there(&self) -> bool {
        self.request(Method::GET, "/v1/status").timeout(PATIENCE).send().await.is_ok()
    }

    /// Asks without a body.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, method: Method, path: &str) -> Result<T, Failure> {
        self.finish(self.request(method, path).timeout(PATIENCE)).await
    }

    /// Asks with a body, and gives the key time to do what it says.
    pub(crate) async fn tell<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        wait: Duration,
    ) -> Result<T, Failure> {
        self.finish(self.request(method, path).timeout(PATIENCE + wait).json(body)).await
    }

    /// Asks for a stream of events.
    pub(crate) async fn stream(&self, path: &str) -> Result<Response, Failure> {
        let answer = self.request(Method::GET, path).send().await.map_err(|e| self.silent(&e))?;
        if answer.status() == StatusCode::OK { Ok(answer) } else { Err(self.refused(answer).await) }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://key{path}")).bearer_auth(&self.token)
    }

    async fn finish<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let answer = request.send().await.map_err(|e| self.silent(&e))?;
        if answer.status() != StatusCode::OK {
            return Err(self.refused(answer).await);
        }
        let odd = |e| Failure::environment(miette!("failed to read the answer of the key {}: {e}", self.name));
        answer.json().await.map_err(odd)
    }

    async fn refused(&self, answer: Response) -> Failure {
        let status = answer.status();
        if status == StatusCode::UNAUTHORIZED {
            let token = folder().join(format!("{}.token", self.name));
            let help = "somebody has written over it; unplug the key, and plug it in again";
            let token = token.display();
            return Failure::environment(miette!(
                help = help,
                "failed to reach the key {}: it refuses the token in {token}",
                self.name
            ));
        }
        let Ok(Problem { title, help, place, .. }) = answer.json().await else {
            return Failure::environment(miette!("failed to read the answer of the key {}: HTTP {status}", self.name));
        };
        let exit = match status.as_u16() {
            409 => Exit::Finding,
            400..=499 => Exit::Usage,
            _ => Exit::Environment,
        };
        Failure { exit, report: miette!(help = help, "failed to {title} ({}, {place})", self.name) }
    }

    fn silent(&self, error: &reqwest::Error) -> Failure {
        let help = "`keyrig plug` plugs it in; `keyrig key list` shows those that are there";
        let why = if error.is_timeout() { "it does not answer" } else { "nobody listens there" };
        Failure::environment(miette!(help = help, "failed to reach the key {}: {why}", self.name))
    }
}

/// The lines of a stream of events, as they come.
pub(crate) struct Lines {
    stream: Response,
    text: Vec<u8>,
}

impl Lines {
    /// The lines of a stream that a key has opened.
    pub(crate) const fn of(stream: Response) -> Self {
        Self { stream, text: Vec::new() }
    }

    /// The next line; `None` where the stream ends or breaks off. A call that is dropped before it has ended loses nothing.
    pub(crate) async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.text.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.text.drain(..=end).collect();
                return Some(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            self.text.extend_from_slice(&self.stream.chunk().await.ok()??);
        }
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    keyrig_files::text(path).map_err(|e| {
        let help = "the key was killed, or is another user's; plug it in again";
        Failure::environment(miette!(help = help, "failed to read {}: {e}", path.display()))
    })
}
