//! One-time codes by text message or mail: what plain rollouts fall back to.

use keyrig_ctap::ReasonClass;
use serde::Serialize;
use serde_json::json;

use super::{is_over, same_secret};
use crate::audit::By;
use crate::clock::Timestamp;
use crate::denied::Denied;
use crate::policy::CodeChannel;
use crate::service::Service;
use crate::store::State;

/// The newest messages are kept, this many.
const CAPACITY: usize = 1000;

/// A message that was sent. Whoever controls the number or the mailbox reads it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Message {
    pub(crate) at: Timestamp,
    pub(crate) username: String,
    pub(crate) channel: CodeChannel,
    pub(crate) code: String,
}

/// A code that was sent and not used.
#[derive(Debug)]
pub(super) struct Code {
    code: String,
    channel: CodeChannel,
    made: Timestamp,
}

impl Service {
    /// Sends a code, if anybody has that name. The answer is the same either way.
    pub(super) fn send_code(&self, state: &mut State, username: &str, channel: CodeChannel) {
        if state.accounts.get(username).is_none_or(|account| account.disabled) {
            return;
        }
        let now = self.now();
        let number = u32::from_be_bytes(self.entropy.bytes()) % 1_000_000;
        let code = format!("{number:06}");
        let message = Message { at: now, username: username.to_owned(), channel, code: code.clone() };
        if state.recoveries.outbox.len() == CAPACITY {
            state.recoveries.outbox.remove(0);
        }
        state.recoveries.outbox.push(message);
        state.recoveries.codes.insert(username.to_owned(), Code { code, channel, made: now });
        let by = By { actor: username, method: channel.as_str() };
        state.audit.log(now, "recovery_code_sent", username, by, json!({}));
    }

    /// Uses up the code that was sent, if this is the one.
    pub(super) fn take_code(
        &self,
        state: &mut State,
        username: &str,
        channel: CodeChannel,
        code: &str,
    ) -> Result<(), Denied> {
        let now = self.now();
        let rules = &self.policy.document().recovery;
        state.recoveries.guesses.check(username, rules, now)?;
        let enabled = state.accounts.get(username).is_some_and(|account| !account.disabled);
        let sent = state.recoveries.codes.get(username).filter(|sent| {
            enabled && sent.channel == channel && !is_over(sent.made, rules.code_lifetime.duration(), now)
        });
        if sent.is_some_and(|sent| same_secret(&sent.code, code)) {
            state.recoveries.codes.remove(username);
            state.recoveries.guesses.right(username);
            return Ok(());
        }
        if state.recoveries.guesses.wrong(username, rules, now) {
            state.recoveries.codes.remove(username);
        }
        Err(Denied::new(401, ReasonClass::Recovery, "code_invalid", "the code is wrong, used up or too old"))
    }
}
