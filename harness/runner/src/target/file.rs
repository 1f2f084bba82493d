//! The file that describes a target.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::dialect::{self, Dialect};
use super::mistake::TargetFileError;
use super::reasons::Reasons;
use super::verb::Verb;

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
    /// [`TargetFileError`] says where, what, and what was probably meant.
    pub fn parse(name: &str, text: &str) -> Result<Self, TargetFileError> {
        let file: Self = serde_saphyr::from_str(text).map_err(|e| TargetFileError::of_yaml(name, text, &e))?;
        file.check().map_err(|(word, message, help)| {
            let at = text.find(&word).unwrap_or_default();
            TargetFileError::new(name, text, at, message, help)
        })?;
        Ok(file)
    }

    /// Reads the file at `path`; relative paths in it begin at its folder.
    ///
    /// # Errors
    ///
    /// [`TargetFileError`].
    pub fn load(path: &Path) -> Result<Self, TargetFileError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|e| TargetFileError::new(&name, "", 0, format!("failed to read the file: {e}"), None))?;
        let mut file = Self::parse(&name, &text)?;
        file.directory = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Ok(file)
    }

    /// The JSON Schema of target files.
    pub fn json_schema() -> Value {
        schemars::schema_for!(Self).to_value()
    }

    /// What serde does not see: the word that is wrong, why, and what to do.
    fn check(&self) -> Result<(), (String, String, Option<String>)> {
        if let Err(e) = url::Url::parse(&self.url) {
            return Err((self.url.clone(), format!("{} is not a URL: {e}", self.url), None));
        }
        if Dialect::find(&self.dialect).is_none() {
            let known: Vec<_> = dialect::ALL.iter().map(|dialect| dialect.id).collect();
            let message = format!("no dialect is called {}", self.dialect);
            return Err((self.dialect.clone(), message, Some(format!("one of: {}", known.join(", ")))));
        }
        for rule in &self.reasons.table {
            if rule.forms() != 1 {
                let message = "a rule has one of equals, contains, regex".to_owned();
                return Err(("table".to_owned(), message, None));
            }
        }
        Ok(())
    }
}

const fn ten_seconds() -> u64 {
    10_000
}

const fn one_minute() -> u64 {
    60_000
}
