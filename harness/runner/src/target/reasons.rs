//! What a target's refusals mean.

use keyrig_ctap::ReasonClass;
use regex_lite::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a target's refusals mean: where its words are, and which class each belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reasons {
    /// A JSON pointer to the class itself, in targets that speak our words.
    #[serde(default)]
    pub class: Option<String>,
    /// A JSON pointer to the target's word; `/errorMessage` if absent.
    #[serde(default)]
    pub reason: Option<String>,
    /// Words and their classes; the first that matches counts.
    #[serde(default)]
    pub table: Vec<Rule>,
}

/// A word and its class. One of the three is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The whole of the target's words.
    #[serde(default)]
    pub equals: Option<String>,
    /// A part of them.
    #[serde(default)]
    pub contains: Option<String>,
    /// A regular expression that matches somewhere in them.
    #[serde(default)]
    pub regex: Option<Pattern>,
    /// The class, in kebab-case.
    #[schemars(with = "String")]
    pub class: ReasonClass,
}

/// A regular expression.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Pattern(Regex);

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Regex::new(&text).map(Self).map_err(|e| format!("{text} is not a regular expression: {e}"))
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.0.as_str().to_owned()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Rule {
    /// How many of the three are there.
    pub(super) const fn forms(&self) -> usize {
        self.equals.is_some() as usize + self.contains.is_some() as usize + self.regex.is_some() as usize
    }

    fn matches(&self, words: &str) -> bool {
        self.equals.as_deref().is_some_and(|text| words == text)
            || self.contains.as_deref().is_some_and(|text| words.contains(text))
            || self.regex.as_ref().is_some_and(|pattern| pattern.0.is_match(words))
    }
}

impl Reasons {
    /// The class and the words of a refusal's body.
    pub(super) fn read(&self, body: &Value) -> (Option<ReasonClass>, Option<String>) {
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        let reason = text(self.reason.as_deref().unwrap_or("/errorMessage"))
            .or_else(|| body.as_str().filter(|text| !text.is_empty()));
        let named = self.class.as_deref().and_then(text).and_then(|class| class.parse().ok());
        let mapped = || reason.and_then(|words| self.table.iter().find(|rule| rule.matches(words)));
        (named.or_else(|| mapped().map(|rule| rule.class)), reason.map(beginning))
    }
}

/// Longer words are cut; the whole of the answer is in the evidence.
const LONGEST_REASON: usize = 300;

fn beginning(words: &str) -> String {
    match words.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_become_classes() {
        let reasons: Reasons = serde_json::from_value(json!({"class": "/class", "reason": "/error", "table": [
            {"equals": "no", "class": "signature"},
            {"contains": "origin", "class": "origin"},
            {"regex": "^User .* not verified", "class": "user-not-verified"},
        ]}))
        .unwrap();
        let class = |body: Value| reasons.read(&body).0;
        assert_eq!(class(json!({"error": "no"})), Some(ReasonClass::Signature));
        assert_eq!(class(json!({"error": "no!"})), None);
        assert_eq!(class(json!({"error": "bad origin, really"})), Some(ReasonClass::Origin));
        assert_eq!(class(json!({"error": "User alice not verified"})), Some(ReasonClass::UserNotVerified));
        assert_eq!(class(json!({"error": "bad origin", "class": "challenge"})), Some(ReasonClass::Challenge));
        assert_eq!(reasons.read(&json!("bad origin")), (Some(ReasonClass::Origin), Some("bad origin".to_owned())));
        assert_eq!(reasons.read(&json!({})), (None, None));
        assert_eq!(reasons.read(&json!("")), (None, None));
        let (class, words) = reasons.read(&json!({"error": format!("{}origin", "é".repeat(100_000))}));
        assert_eq!((class, words.map(|words| words.chars().count())), (Some(ReasonClass::Origin), Some(301)));
    }
}
