//! Steps that ask the target for something other than a ceremony.

use serde_json::{Map, Value, json};

use super::actor::{Act, Stop};
use super::hold;
use super::world::World;
use crate::outcome::Outcome;
use crate::scenario::{Hold, Verb};
use crate::target::{self, Session, VerbAnswer, VerbError};

impl World<'_> {
    pub(super) async fn administer(&mut self, verb: &Verb) -> Result<Act, Stop> {
        match verb {
            Verb::SessionAction { user, tier } => {
                let account = self.account(user);
                let action = format!("act on tier {tier} as {account}");
                self.in_session(&account, target::Verb::SessionAction, json!({"tier": tier}), action).await
            }
            Verb::Logout { user } => {
                let account = self.account(user);
                let action = format!("log {account} out");
                self.in_session(&account, target::Verb::Logout, json!({}), action).await
            }
            Verb::CreateUser { user, groups } => {
                let account = self.account(user);
                let answer = self.create_user(&account, groups).await?;
                Ok(self.act_of(format!("create {account}"), answer).await)
            }
            Verb::SetGroups { user, groups } => self.set_groups(user, groups).await,
            Verb::Disable { user } => self.about(user, target::Verb::Disable, "disable").await,
            Verb::Enable { user } => self.about(user, target::Verb::Enable, "enable").await,
            Verb::IssuePass { user, valid_for } => self.issue_pass(user, *valid_for).await,
            Verb::UsePass { user, code } => self.use_pass(user, code.as_deref()).await,
            Verb::Approve { user, by, purpose } => self.approve(user, by, purpose.as_deref()).await,
            Verb::Revoke { user, device } => self.revoke(user, device).await,
            Verb::ListCredentials(wanted) => self.compare(wanted, target::Verb::ListCredentials).await,
            Verb::Audit(wanted) => self.compare(wanted, target::Verb::Audit).await,
            Verb::AdvanceClock(by) => self.advance_clock(by.as_secs()).await,
            Verb::Downstream { name } => self.join_downstream(name).await,
            other => Err(Stop::Inconclusive(format!("{} is no verb of a target", other.name()))),
        }
    }

    pub(super) async fn create_user(&mut self, account: &str, groups: &[String]) -> Result<VerbAnswer, Stop> {
        let answer = self.say(target::Verb::CreateUser, json!({"user": account, "groups": groups})).await?;
        if answer.outcome.is_accepted() {
            self.groups.insert(account.to_owned(), groups.to_vec());
        }
        Ok(answer)
    }

    async fn set_groups(&mut self, user: &str, groups: &[String]) -> Result<Act, Stop> {
        let account = self.account(user);
        let answer = self.say(target::Verb::SetGroups, json!({"user": account, "groups": groups})).await?;
        self.groups.insert(account.clone(), groups.to_vec());
        Ok(self.act_of(format!("put {account} into {}", groups.join(", ")), answer).await)
    }

    /// Time passes for everybody; those downstream first, so that what is pushed to them arrives on time.
    async fn advance_clock(&mut self, seconds: u64) -> Result<Act, Stop> {
        for downstream in self.downstream.values() {
            say_in(&mut downstream.session(), target::Verb::AdvanceClock, json!({"seconds": seconds})).await?;
        }
        let answer = self.say(target::Verb::AdvanceClock, json!({"seconds": seconds})).await?;
        Ok(self.act_of(format!("advance the clock by {seconds} s"), answer).await)
    }

    async fn about(&mut self, user: &str, verb: target::Verb, word: &str) -> Result<Act, Stop> {
        let account = self.account(user);
        let answer = self.say(verb, json!({"user": account})).await?;
        Ok(self.act_of(format!("{word} {account}"), answer).await)
    }

    async fn issue_pass(&mut self, user: &str, valid_for: Option<std::time::Duration>) -> Result<Act, Stop> {
        let account = self.account(user);
        let mut arguments = json!({"user": account});
        if let Some(valid_for) = valid_for {
            arguments["seconds"] = valid_for.as_secs().into();
        }
        let answer = self.say(target::Verb::IssuePass, arguments).await?;
        if let Some(code) = code_of(&answer.result) {
            self.passes.insert(account.clone(), code);
        }
        Ok(self.act_of(format!("issue a pass for {account}"), answer).await)
    }

    async fn use_pass(&mut self, user: &str, code: Option<&str>) -> Result<Act, Stop> {
        let account = self.account(user);
        let code = code.map(str::to_owned).or_else(|| self.passes.get(&account).cloned());
        let Some(code) = code else {
            return Err(Stop::Inconclusive(format!("no pass was issued for {account}")));
        };
        self.sessions.insert(account.clone(), self.target.session());
        let action = format!("sign {account} in with a pass");
        self.in_session(&account, target::Verb::UsePass, json!({"user": account, "code": code}), action).await
    }

    async fn approve(&mut self, user: &str, by: &str, purpose: Option<&str>) -> Result<Act, Stop> {
        let (account, approver) = (self.account(user), self.account(by));
        let mut arguments = json!({"user": account, "approver": approver});
        if let Some(purpose) = purpose {
            arguments["purpose"] = purpose.into();
        }
        let answer = self.say(target::Verb::Approve, arguments).await?;
        let what = purpose.unwrap_or("recovery");
        Ok(self.act_of(format!("approve a {what} of {account} as {approver}"), answer).await)
    }

    async fn revoke(&mut self, user: &str, device: &str) -> Result<Act, Stop> {
        let account = self.account(user);
        let credential = self.devices.get(device).and_then(|held| held.credentials.get(&account)).cloned();
        let Some(credential) = credential else {
            return Err(Stop::Inconclusive(format!("{device} holds no credential of {account}")));
        };
        let answer = self.say(target::Verb::Revoke, json!({"user": account, "credential": credential})).await?;
        Ok(self.act_of(format!("revoke the credential of {account} on {device}"), answer).await)
    }

    async fn compare(&mut self, wanted: &Hold, verb: target::Verb) -> Result<Act, Stop> {
        let account = self.account(&wanted.user);
        let answer = self.say(verb, json!({"user": account})).await?;
        let entries = answer.result.as_array().cloned().unwrap_or_default();
        let about = |entry: &&Value| verb != target::Verb::Audit || mentions(entry, &account);
        let entries: Vec<&Value> = entries.iter().filter(about).collect();
        let detail = shortfall(wanted, &entries);
        let mut act = self.act_of(format!("{} of {account}", verb.as_str()), answer).await;
        if let (Outcome::Accepted, Some(detail)) = (&act.outcome, detail) {
            act.outcome = Outcome::Rejected { class: None, reason: Some(detail.clone()) };
            act.detail = Some(detail);
        }
        Ok(act)
    }

    async fn join_downstream(&mut self, name: &str) -> Result<Act, Stop> {
        let policy = self.settings.policy.as_deref();
        let second = self.targets.start(policy).await?;
        let arguments = json!({
            "name": name,
            "url": second.file().url,
            "token": second.file().admin_token,
        });
        let answer = self.say(target::Verb::Downstream, arguments).await?;
        self.downstream.insert(name.to_owned(), second);
        Ok(self.act_of(format!("join {name}"), answer).await)
    }

    /// Says a verb in the session of `account`.
    async fn in_session(
        &mut self,
        account: &str,
        verb: target::Verb,
        arguments: Value,
        action: String,
    ) -> Result<Act, Stop> {
        let mut session = self.sessions.remove(account).unwrap_or_else(|| self.target.session());
        let answer = say_in(&mut session, verb, arguments).await;
        self.sessions.insert(account.to_owned(), session);
        Ok(self.act_of(action, answer?).await)
    }

    /// Says a verb in a session of its own.
    pub(super) async fn say(&mut self, verb: target::Verb, arguments: Value) -> Result<VerbAnswer, Stop> {
        say_in(&mut self.target.session(), verb, arguments).await
    }

    pub(super) async fn act_of(&self, action: String, answer: VerbAnswer) -> Act {
        Act { outcome: self.settled(answer.outcome).await, exchanges: vec![answer.exchange], ..Act::done(action) }
    }
}

pub(super) async fn say_in(session: &mut Session, verb: target::Verb, arguments: Value) -> Result<VerbAnswer, Stop> {
    let arguments: Map<String, Value> = arguments.as_object().cloned().unwrap_or_default();
    session.say(verb, &arguments).await.map_err(|error| match error {
        VerbError::Environment(error) => Stop::Environment(error),
        other => Stop::NotApplicable(other.to_string()),
    })
}

/// The pass in an answer: the answer itself or its member `code` or `pass`.
fn code_of(result: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    text(result).or_else(|| result.get("code").and_then(text)).or_else(|| result.get("pass").and_then(text))
}

/// Whether any text in `entry` is `account`.
fn mentions(entry: &Value, account: &str) -> bool {
    match entry {
        Value::String(text) => text == account,
        Value::Array(items) => items.iter().any(|item| mentions(item, account)),
        Value::Object(members) => members.values().any(|member| mentions(member, account)),
        _ => false,
    }
}

/// What `entries` lack of what is wanted, in words.
fn shortfall(wanted: &Hold, entries: &[&Value]) -> Option<String> {
    let differs = |entry: &&Value| wanted.hold.as_ref().and_then(|hold| hold::difference(hold, entry));
    let held = entries.iter().filter(|entry| differs(entry).is_none()).count();
    match wanted.count {
        Some(count) if held == count => None,
        Some(count) => Some(format!("there are {held} such entries, not {count}")),
        None if held > 0 => None,
        None => Some(match entries.first().and_then(differs) {
            Some(difference) => format!("no entry holds it; in the first, {difference}"),
            None => "there is no entry".to_owned(),
        }),
    }
}
