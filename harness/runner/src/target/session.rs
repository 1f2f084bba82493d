//! One browser session at a target: cookies, requests with a time limit, evidence.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::header::SET_COOKIE;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Map, Value};

use super::cookies::Cookies;
use super::template::{fill_body, fill_text};
use super::verb::{Verb, VerbAnswer, VerbError};
use super::{Target, classify};
use crate::ceremony::{Ceremony, OptionsRequest, SessionCheck};
use crate::environment_error::EnvironmentError;
use crate::exchange::Exchange;
use crate::outcome::Outcome;

/// More than this of an answer is not read.
const LONGEST_ANSWER: usize = 4 << 20;

/// More than this of an answer that is no JSON is not kept.
const LONGEST_TEXT: usize = 16 << 10;

/// Headers whose values stay out of the evidence.
const SECRET_HEADERS: [&str; 2] = ["authorization", "cookie"];

/// One browser session at a target.
pub struct Session {
    target: Target,
    cookies: Cookies,
    exchanges: Vec<Exchange>,
}

/// What the options endpoint said.
#[derive(Clone, Debug, PartialEq)]
pub enum Options {
    /// These, as WebAuthn's JSON.
    Given(Value),
    /// No.
    Refused(Outcome),
}

enum Reply {
    Answer { status: u16, body: Value },
    None(Outcome),
}

impl Session {
    pub(super) fn new(target: Target) -> Self {
        Self { target, cookies: Cookies::default(), exchanges: Vec::new() }
    }

    /// The target it is at.
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// A new session at the same target.
    pub fn another(&self) -> Self {
        self.target.session()
    }

    /// What went over the wire since the last call.
    pub fn take_exchanges(&mut self) -> Vec<Exchange> {
        std::mem::take(&mut self.exchanges)
    }

    /// Takes over the evidence of a session that served this one.
    pub(crate) fn keep_exchanges_of(&mut self, other: &mut Self) {
        self.exchanges.append(&mut other.exchanges);
    }

    /// Asks for the options of a ceremony. `http_origin` is the `Origin` header; none if empty.
    ///
    /// # Errors
    ///
    /// [`EnvironmentError::Dialect`] where a 2xx answer holds no options.
    pub async fn options(
        &mut self,
        ceremony: Ceremony,
        user: Option<&str>,
        request: &OptionsRequest,
        http_origin: &str,
    ) -> Result<Options, EnvironmentError> {
        let dialect = self.target.dialect();
        let body = (dialect.options_body)(ceremony, user, request);
        let path = (dialect.options_path)(ceremony);
        let label = format!("{} options", ceremony.as_str());
        let (status, answer) = match self.send(&label, Method::POST, path, &origin(http_origin), Some(body)).await {
            Reply::None(outcome) => return Ok(Options::Refused(outcome)),
            Reply::Answer { status, body } => (status, body),
        };
        let refused = match status {
            200..300 if (dialect.says)(&answer) != super::Says::No => None,
            200..300 => Some(classify::ceremony(self.target.file(), dialect, status, &answer)),
            _ => Some(classify::other(self.target.file(), status, &answer)),
        };
        match refused {
            Some(outcome) => Ok(Options::Refused(outcome)),
            None => (dialect.options)(answer).map(Options::Given).map_err(|why| EnvironmentError::Dialect {
                url: self.target.url(path),
                dialect: dialect.id.to_owned(),
                why,
            }),
        }
    }

    /// Hands in a credential. `http_origin` is the `Origin` header; none if empty.
    pub async fn result(&mut self, ceremony: Ceremony, credential: &Value, http_origin: &str) -> Outcome {
        let dialect = self.target.dialect();
        let body = (dialect.result_body)(credential);
        let label = format!("{} result", ceremony.as_str());
        let path = (dialect.result_path)(ceremony);
        match self.send(&label, Method::POST, path, &origin(http_origin), Some(body)).await {
            Reply::None(outcome) => outcome,
            Reply::Answer { status, body } => classify::ceremony(self.target.file(), dialect, status, &body),
        }
    }

    /// Says a verb with the cookies of this session.
    ///
    /// # Errors
    ///
    /// [`VerbError::Missing`] where the target has no such verb, [`VerbError::Argument`] where an argument that it
    /// needs is not among `arguments`.
    pub async fn say(&mut self, verb: Verb, arguments: &Map<String, Value>) -> Result<VerbAnswer, VerbError> {
        let target = self.target.clone();
        let form = target.file().verbs.get(&verb).ok_or(VerbError::Missing(verb))?;
        let missing = |argument: String| VerbError::Argument { verb, argument };
        let mut arguments = arguments.clone();
        if let Some(token) = &target.file().admin_token {
            arguments.insert("admin_token".to_owned(), token.as_str().into());
        }
        let path = fill_text(&form.path, &escaped(&arguments)).map_err(missing)?;
        let body = form.body.as_ref().map(|body| fill_body(body, &arguments)).transpose().map_err(missing)?;
        let headers = form
            .headers
            .iter()
            .map(|(name, value)| Ok((name.clone(), fill_text(value, &arguments).map_err(missing)?)))
            .collect::<Result<BTreeMap<_, _>, VerbError>>()?;
        let method = form.method.parse().unwrap_or(Method::POST);
        let (outcome, answer) = match self.send(verb.as_str(), method, &path, &headers, body).await {
            Reply::None(outcome) => (outcome, Value::Null),
            Reply::Answer { status, body } => (classify::verb(target.file(), form, status, &body), body),
        };
        let result = match &form.result {
            Some(pointer) => answer.pointer(pointer).cloned().unwrap_or(Value::Null),
            None => answer,
        };
        let exchange = self.exchanges.last().cloned().expect("each request leaves an exchange");
        Ok(VerbAnswer { outcome, result, exchange })
    }

    /// Whether there is a session; `None` where the target cannot tell.
    pub async fn check(&mut self) -> Option<SessionCheck> {
        let answer = self.say(Verb::SessionCheck, &Map::new()).await.ok()?;
        Some(SessionCheck { alive: answer.outcome.is_accepted(), body: answer.result })
    }

    async fn send(
        &mut self,
        label: &str,
        method: Method,
        path: &str,
        headers: &BTreeMap<String, String>,
        body: Option<Value>,
    ) -> Reply {
        let url = self.target.url(path);
        let mut request = self.target.http().request(method.clone(), &url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(cookies) = self.cookies.header() {
            request = request.header("Cookie", cookies);
        }
        if let Some(body) = &body {
            request = request.json(body);
        }
        let begun = Instant::now();
        let reply = self.receive(request).await;
        let (status, response) = match &reply {
            Reply::Answer { status, body } => (Some(*status), Some(body.clone())),
            Reply::None(_) => (None, None),
        };
        let token = self.target.file().admin_token.as_deref().unwrap_or_default();
        let headers = headers.iter().map(|(name, value)| (name.clone(), without(token, &shown(name, value))));
        self.exchanges.push(Exchange {
            label: label.to_owned(),
            method: method.to_string(),
            url: without(token, &url),
            request_headers: headers.collect(),
            request: body.map(|body| body_without(token, body)),
            status,
            response: response.map(|response| body_without(token, response)),
            millis: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        reply
    }

    async fn receive(&mut self, request: RequestBuilder) -> Reply {
        let answer = match request.timeout(self.target.timeout()).send().await {
            Ok(response) => {
                for cookie in response.headers().get_all(SET_COOKIE) {
                    self.cookies.take(&String::from_utf8_lossy(cookie.as_bytes()));
                }
                let status = response.status().as_u16();
                read(response).await.map(|bytes| (status, bytes))
            }
            Err(error) => Err(error),
        };
        match answer {
            Ok((status, bytes)) => Reply::Answer { status, body: json_or_text(&bytes) },
            Err(error) if error.is_timeout() => Reply::None(Outcome::TimedOut),
            Err(error) => Reply::None(self.post_mortem(&error).await),
        }
    }

    async fn post_mortem(&self, error: &reqwest::Error) -> Outcome {
        let well = self.target.is_well().await;
        let health = if well { "it is well again" } else { "it does not answer any more" };
        Outcome::Crashed { why: format!("the connection broke ({}); {health}", innermost(error)), well }
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LONGEST_ANSWER {
            bytes.truncate(LONGEST_ANSWER);
            break;
        }
    }
    Ok(bytes)
}

fn json_or_text(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|_| {
        let kept = &bytes[..bytes.len().min(LONGEST_TEXT)];
        String::from_utf8_lossy(kept).into_owned().into()
    })
}

pub(super) fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

fn origin(http_origin: &str) -> BTreeMap<String, String> {
    let there = (!http_origin.is_empty()).then(|| ("Origin".to_owned(), http_origin.to_owned()));
    there.into_iter().collect()
}

fn shown(name: &str, value: &str) -> String {
    if SECRET_HEADERS.contains(&name.to_ascii_lowercase().as_str()) { "…".to_owned() } else { value.to_owned() }
}

/// `text` with `…` in place of `secret`, also as it stands in a path.
fn without(secret: &str, text: &str) -> String {
    if secret.is_empty() { text.to_owned() } else { text.replace(secret, "…").replace(&escape(secret), "…") }
}

fn body_without(secret: &str, body: Value) -> Value {
    match body {
        Value::String(text) => without(secret, &text).into(),
        Value::Array(items) => items.into_iter().map(|item| body_without(secret, item)).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, body_without(secret, value))).collect()
        }
        other => other,
    }
}

/// A text as it may stand in a path.
fn escape(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Texts as they may stand in a path.
fn escaped(arguments: &Map<String, Value>) -> Map<String, Value> {
    arguments
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.clone(), |text| escape(text).into())))
        .collect()
}

impl Target {
    pub(super) fn timeout(&self) -> Duration {
        Duration::from_millis(self.file().timeout_ms)
    }
}
