//! The file that describes a target.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::dialect::{self, Dialect};
use super::mistake;
use super::reasons::Reasons;
use super::verb::Verb;
use crate::client;
use crate::scenario::node::{self, Node, Placed};
use crate::scenario::written::written;
use crate::scenario::{Mistake, Mistakes};

/// How to start a relying party, how to talk to it, and what its answers mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetFile {
    /// The name for people.
    pub name: String,
    /// Where it listens: `http://127.0.0.1:8080`.
    pub url: String,
    /// Its wire dialect: `fido-conformance`.
    pub dialect: String,
    /// The RP ID.
    pub rp_id: String,
    /// The origin in the client data.
    pub origin: String,
    /// The `Origin` header, where it is not `origin`.
    #[serde(default)]
    pub http_origin: Option<String>,
    /// How long each request may take, in milliseconds; 10,000 if absent.
    #[serde(default = "ten_seconds")]
    pub timeout_ms: u64,
    /// Which user names it takes.
    #[serde(default)]
    pub users: Users,
    /// What it says of its own policy, by key. Scenarios look here for `policy(<key>)`.
    #[serde(default)]
    pub declares: BTreeMap<String, Value>,
    /// How to start it; it runs already if absent.
    #[serde(default)]
    pub start: Option<Start>,
    /// A path that answers 2xx while it is well.
    #[serde(default)]
    pub health: Option<String>,
    /// What its refusals mean.
    #[serde(default)]
    pub reasons: Reasons,
    /// What else it can be asked to do, by verb.
    #[serde(default)]
    pub verbs: BTreeMap<Verb, VerbFile>,
    /// The value of `{admin_token}` in verbs.
    #[serde(default)]
    pub admin_token: Option<String>,
    /// The folder that relative paths begin at; not part of the file.
    #[serde(skip)]
    pub directory: PathBuf,
}

/// Which user names a target takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Users {
    /// Any: an unknown one is created by its first registration.
    #[default]
    Any,
    /// Those that were created by `create-user`.
    Admin,
}

/// How to start a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The path that answers 2xx when it is ready.
    pub ready: String,
    /// How long it may take, in milliseconds; 60,000 if absent.
    #[serde(default = "one_minute")]
    pub timeout_ms: u64,
    /// Environment variables.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// The environment variable that gets the path of a PEM file with our trust anchors.
    #[serde(default)]
    pub trust_anchors: Option<String>,
}

/// How a verb is said.
///
/// `{name}` in the path, the body and the header is replaced by the argument of that name. A body member that is
/// nothing but `{name}` keeps the argument's JSON type, and goes where there is no such argument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerbFile {
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The JSON body.
    #[serde(default)]
    pub body: Option<Value>,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What an accepted answer has beside a 2xx status: a JSON pointer, and the value there; `null` means any.
    #[serde(default)]
    pub accepted: BTreeMap<String, Value>,
    /// A JSON pointer to the part of the answer that matters: the pass, the list; the whole answer if absent.
    #[serde(default)]
    pub result: Option<String>,
}

impl TargetFile {
    /// Reads the text of the file called `name`.
    ///
    /// # Errors
    ///
    /// [`Mistakes`] say where, what, and what was probably meant.
    pub fn parse(name: &str, text: &str) -> Result<Self, Mistakes> {
        let wrong = |mistakes| Mistakes::new(name, text, mistakes);
        let file: Self = serde_saphyr::from_str(text).map_err(|e| wrong(vec![mistake::of_yaml(text, &e)]))?;
        let tree = node::parse(text).map_err(|mistake| wrong(vec![mistake]))?;
        match file.mistakes(&tree) {
            mistakes if mistakes.is_empty() => Ok(file),
            mistakes => Err(wrong(mistakes)),
        }
    }

    /// Reads the file at `path`; relative paths in it begin at its folder.
    ///
    /// # Errors
    ///
    /// [`Mistakes`].
    pub fn load(path: &Path) -> Result<Self, Mistakes> {
        let mut file = Self::parse(&path.display().to_string(), &written(path)?)?;
        file.directory = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Ok(file)
    }

    /// The JSON Schema of target files.
    pub fn json_schema() -> Value {
        schemars::schema_for!(Self).to_value()
    }

    /// What serde does not see.
    fn mistakes(&self, tree: &Placed) -> Vec<Mistake> {
        let place = |key: &str| tree.value.get(key).map(node::range).unwrap_or_default();
        let mut mistakes = Vec::new();
        match url::Url::parse(&self.url) {
            Err(e) => mistakes.push(Mistake::at(place("url"), format!("`{}` is not a URL: {e}", self.url))),
            Ok(url) if url.scheme() != "http" => {
                let mistake = Mistake::at(place("url"), format!("`{}` is not spoken here", url.scheme()));
                mistakes
                    .push(mistake.help("say `http`, to a port that leads to the target; `origin` keeps its `https`"));
            }
            Ok(_) => {}
        }
        if let Err(error) = client::may_use_rp_id(&self.origin, &self.rp_id) {
            let mistake = Mistake::at(place("origin"), error.message);
            mistakes
                .push(mistake.help("browsers stop every ceremony there, so `origin` or `rp_id` is not the target's"));
        }
        if self.timeout_ms == 0 {
            mistakes.push(Mistake::at(place("timeout_ms"), "no target answers in 0 ms".to_owned()));
        }
        if Dialect::find(&self.dialect).is_none() {
            let mistake = Mistake::at(place("dialect"), format!("no dialect is called `{}`", self.dialect));
            mistakes.push(mistake.nearest(&self.dialect, dialect::ALL.iter().map(|dialect| dialect.id)));
        }
        let Some(Node::List(rules)) =
            tree.value.get("reasons").and_then(|reasons| reasons.value.get("table")).map(|t| &t.value)
        else {
            return mistakes;
        };
        for (rule, place) in self.reasons.table.iter().zip(rules).filter(|(rule, _)| rule.forms() != 1) {
            let message = format!("a rule has one of equals, contains, regex, and this one has {}", rule.forms());
            mistakes.push(Mistake::at(node::range(place), message));
        }
        mistakes
    }
}

const fn ten_seconds() -> u64 {
    10_000
}

const fn one_minute() -> u64 {
    60_000
}

#[cfg(test)]
mod tests;
