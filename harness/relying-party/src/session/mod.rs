//! Sessions: what is remembered between the requests of one browser.

use std::collections::BTreeMap;

use keyrig_ctap::cose::Algorithm;
use serde::Serialize;

use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::store::{Account, Bounded};

/// More browsers than this at once and the one that was quiet longest starts anew.
const CAPACITY: usize = 10_000;

/// More sessions than this of one account, and the one that began first ends.
const MOST_OF_ONE: usize = 100;

/// What is remembered about one browser.
#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) registration: Option<PendingRegistration>,
    pub(crate) authentication: Option<PendingAuthentication>,
    pub(crate) login: Option<Login>,
    /// The credential whose backup state changed in this session, and which waits for another one to vouch for it.
    pub(crate) step_up: Option<Vec<u8>>,
    /// The recovery that this browser asked for.
    pub(crate) recovery: Option<String>,
}

/// A registration that has begun.
#[derive(Clone, Debug)]
pub(crate) struct PendingRegistration {
    pub(crate) challenge: [u8; 32],
    /// Whose credential it will be. A newcomer's account is kept when there is a credential to go with it.
    pub(crate) account: Account,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) user_verification_required: bool,
    pub(crate) extensions: Vec<String>,
    pub(crate) until: Timestamp,
}

/// An authentication that has begun.
#[derive(Clone, Debug)]
pub(crate) struct PendingAuthentication {
    pub(crate) challenge: [u8; 32],
    /// Who said they are; nobody in a discoverable sign-in.
    pub(crate) username: Option<String>,
    pub(crate) allowed: Vec<Vec<u8>>,
    pub(crate) user_verification_required: bool,
    /// The AppID that was asked for.
    pub(crate) app_id: Option<String>,
    pub(crate) extensions: Vec<String>,
    pub(crate) until: Timestamp,
}

/// Somebody is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) username: String,
    pub(crate) scope: Scope,
    /// The credential that was used, if one was.
    pub(crate) credential_id: Option<Vec<u8>>,
    pub(crate) user_verified: bool,
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
}

/// What a session is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// Whatever the user may do.
    Full,
    /// Nothing but registering a credential.
    RegisterPasskey,
}

/// One browser, by its cookie. [`Sessions::visit`] makes one; the answer sets the cookie where it changed.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) sid: String,
    pub(crate) cookie_changed: bool,
}

/// All sessions by the value of their cookie. Visitors crowd out one another, never somebody who is signed in.
#[derive(Debug)]
pub(crate) struct Sessions {
    visitors: Bounded<Session>,
    signed_in: BTreeMap<String, Session>,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { visitors: Bounded::new(CAPACITY), signed_in: BTreeMap::new() }
    }
}

impl Sessions {
    /// The session of this cookie, or a new one under a cookie of our own choice.
    pub(crate) fn visit(&mut self, cookie: Option<&str>, entropy: &Entropy) -> Visitor {
        match cookie.filter(|sid| self.get(Some(sid)).is_some()) {
            Some(sid) => Visitor { sid: sid.to_owned(), cookie_changed: false },
            None => {
                let sid = entropy.secret();
                self.visitors.insert(&sid, Session::default());
                Visitor { sid, cookie_changed: true }
            }
        }
    }

    pub(crate) fn get(&self, cookie: Option<&str>) -> Option<&Session> {
        let sid = cookie?;
        self.signed_in.get(sid).or_else(|| self.visitors.get(sid))
    }

    pub(crate) fn get_mut(&mut self, cookie: Option<&str>) -> Option<&mut Session> {
        let sid = cookie?;
        match self.signed_in.get_mut(sid) {
            Some(session) => Some(session),
            None => self.visitors.get_mut(sid),
        }
    }

    /// Signs somebody in under a new cookie, so that one who planted the old cookie gains nothing.
    pub(crate) fn sign_in(&mut self, visitor: &mut Visitor, login: Login, entropy: &Entropy) {
        let now = login.since;
        self.signed_in.retain(|_, session| session.login.as_ref().is_some_and(|login| now < login.until));
        self.end(&visitor.sid);
        self.make_room_for(&login.username);
        *visitor = Visitor { sid: entropy.secret(), cookie_changed: true };
        self.signed_in.insert(visitor.sid.clone(), Session { login: Some(login), ..Session::default() });
    }

    fn make_room_for(&mut self, username: &str) {
        let logins = self.signed_in.iter().filter_map(|(sid, session)| Some((sid, session.login.as_ref()?)));
        let theirs: Vec<_> = logins.filter(|(_, login)| login.username == username).collect();
        if theirs.len() >= MOST_OF_ONE
            && let Some(first) = theirs.iter().min_by_key(|(_, login)| login.since).map(|(sid, _)| (*sid).clone())
        {
            self.signed_in.remove(&first);
        }
    }

    /// Goes on with a session under a new cookie: one who planted the old cookie is left behind.
    pub(crate) fn renew(&mut self, visitor: &mut Visitor, entropy: &Entropy) {
        let before = std::mem::replace(visitor, Visitor { sid: entropy.secret(), cookie_changed: true });
        if let Some(session) = self.signed_in.remove(&before.sid) {
            self.signed_in.insert(visitor.sid.clone(), session);
        } else {
            let session = self.visitors.remove(&before.sid).unwrap_or_default();
            self.visitors.insert(&visitor.sid, session);
        }
    }

    /// Who is signed in.
    pub(crate) fn login(&self, cookie: Option<&str>, now: Timestamp) -> Option<&Login> {
        self.get(cookie)?.login.as_ref().filter(|login| now < login.until)
    }

    /// Everybody who is signed in.
    pub(crate) fn logins(&self, now: Timestamp) -> impl Iterator<Item = &Login> {
        self.signed_in.values().filter_map(|session| session.login.as_ref()).filter(move |login| now < login.until)
    }

    pub(crate) fn end(&mut self, cookie: &str) {
        self.visitors.remove(cookie);
        self.signed_in.remove(cookie);
    }

    /// Ends every session of an account, and every ceremony that has begun for it.
    pub(crate) fn end_all_of(&mut self, username: &str) {
        self.retain(|session| !session.is_about(username));
    }

    /// Ends every session that began with this credential.
    pub(crate) fn end_all_by(&mut self, credential_id: &[u8]) {
        self.retain(|session| {
            let used = session.login.as_ref().and_then(|login| login.credential_id.as_deref());
            used != Some(credential_id)
        });
    }

    fn retain(&mut self, keep: impl Fn(&Session) -> bool) {
        self.visitors.retain(&keep);
        self.signed_in.retain(|_, session| keep(session));
    }
}

impl Session {
    fn is_about(&self, username: &str) -> bool {
        let registering = self.registration.as_ref().map(|pending| pending.account.name.as_str());
        let authenticating = self.authentication.as_ref().and_then(|pending| pending.username.as_deref());
        let signed_in = self.login.as_ref().map(|login| login.username.as_str());
        [registering, authenticating, signed_in].contains(&Some(username))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(username: &str) -> Login {
        Login {
            username: username.to_owned(),
            scope: Scope::Full,
            credential_id: Some(vec![1]),
            user_verified: true,
            since: Timestamp::from_unix(0),
            until: Timestamp::from_unix(100),
        }
    }

    #[test]
    fn a_planted_cookie_is_worth_nothing() {
        let entropy = Entropy::new(Some([1; 32]));
        let mut sessions = Sessions::default();
        let mut visitor = sessions.visit(Some("planted"), &entropy);
        assert_ne!(visitor.sid, "planted");
        let before = visitor.sid.clone();
        sessions.sign_in(&mut visitor, login("alice"), &entropy);
        let now = Timestamp::from_unix(99);
        assert!(sessions.login(Some(&before), now).is_none());
        assert!(sessions.login(Some(&visitor.sid), now).is_some());
        assert!(sessions.login(Some(&visitor.sid), Timestamp::from_unix(100)).is_none());
    }

    #[test]
    fn of_too_many_sessions_of_one_account_the_first_ends() {
        let entropy = Entropy::new(Some([1; 32]));
        let mut sessions = Sessions::default();
        let mut sign_in = |username: &str, since: u64| {
            let mut visitor = sessions.visit(None, &entropy);
            let login = Login { since: Timestamp::from_unix(since), ..login(username) };
            sessions.sign_in(&mut visitor, login, &entropy);
            visitor.sid
        };
        let bob = sign_in("bob", 0);
        let first = sign_in("alice", 1);
        let others: Vec<String> = (0..MOST_OF_ONE).map(|_| sign_in("alice", 2)).collect();
        let is_alive = |sid: &String| sessions.login(Some(sid), Timestamp::from_unix(3)).is_some();
        assert!(is_alive(&bob) && !is_alive(&first) && others.iter().all(is_alive));
    }

    #[test]
    fn strangers_do_not_sign_anybody_out() {
        let entropy = Entropy::new(Some([1; 32]));
        let mut sessions = Sessions::default();
        let mut alice = sessions.visit(None, &entropy);
        sessions.sign_in(&mut alice, login("alice"), &entropy);
        let first = sessions.visit(None, &entropy);
        for _ in 0..CAPACITY {
            sessions.visit(None, &entropy);
        }
        assert!(sessions.get(Some(&first.sid)).is_none());
        assert!(sessions.login(Some(&alice.sid), Timestamp::from_unix(1)).is_some());
        sessions.end_all_by(&[2]);
        assert!(sessions.get(Some(&alice.sid)).is_some());
        sessions.end_all_by(&[1]);
        assert!(sessions.get(Some(&alice.sid)).is_none());
    }
}
