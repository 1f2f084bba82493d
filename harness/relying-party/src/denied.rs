//! A request that was refused, with everything there is to say about it.

use keyrig_ctap::ReasonClass;
use serde_json::{Map, Value, json};

use crate::Refusal;

/// A refused request: one refusal at least, the one that is the reason first, and what else the answer tells.
#[derive(Debug)]
pub(crate) struct Denied(Box<Parts>);

#[derive(Debug)]
struct Parts {
    first: Refusal,
    others: Vec<Refusal>,
    members: Map<String, Value>,
}

impl Denied {
    /// A refusal that no specification knows, with its HTTP status.
    pub(crate) fn new(status: u16, class: ReasonClass, reason: &'static str, message: impl Into<String>) -> Self {
        Refusal::new(class, reason, message.into(), "").with_status(status).into()
    }

    /// A request that cannot be understood.
    pub(crate) fn malformed(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(400, ReasonClass::Malformed, reason, message)
    }

    /// A path or method that is not served.
    pub(crate) fn new_route(status: u16, message: &str) -> Self {
        Self::new(status, ReasonClass::Malformed, "no_such_route", message)
    }

    /// All refusals of one step, if there are any.
    pub(crate) fn all(mut refusals: Vec<Refusal>) -> Option<Self> {
        if refusals.is_empty() {
            return None;
        }
        let others = refusals.split_off(1);
        refusals.pop().map(|first| Self(Box::new(Parts { first, others, members: Map::new() })))
    }

    /// The same with one more member in the answer.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn status(&self) -> u16 {
        self.0.first.status
    }

    /// The reason.
    pub(crate) fn reason(&self) -> &str {
        &self.0.first.reason
    }

    /// The answer's body.
    pub(crate) fn body(&self) -> Value {
        let Parts { first, others, members } = &*self.0;
        let reasons: Vec<_> = std::iter::once(first).chain(others).map(|refusal| &refusal.reason).collect();
        let mut body = json!({
            "status": "failed",
            "errorMessage": first.message,
            "reason": first.reason,
            "reasons": reasons,
            "class": first.class,
        });
        if !first.step.is_empty() {
            body["step"] = first.step.clone().into();
        }
        for (name, value) in members {
            body[name] = value.clone();
        }
        body
    }
}

impl From<Refusal> for Denied {
    fn from(first: Refusal) -> Self {
        Self(Box::new(Parts { first, others: Vec::new(), members: Map::new() }))
    }
}
