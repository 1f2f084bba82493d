//! Targets that are down, slow, or answer rubbish; and good ones.

use keyrig_ctap::ReasonClass;
use serde_json::{Map, json};
use tokio::net::TcpListener;

use super::canned::{Act, serve};
use super::{Options, Surroundings, Target, TargetFile, Verb, VerbError};
use crate::EnvironmentError;
use crate::ceremony::{Ceremony, OptionsRequest};
use crate::outcome::Outcome;

const ORIGIN: &str = "https://corp.example.com";

/// Longer than a busy machine takes for an answer, in milliseconds.
const PATIENCE: u64 = 60_000;

/// How long an answer is waited for that does not come, in milliseconds.
const IMPATIENCE: u64 = 1_000;

fn file(url: &str) -> TargetFile {
    let text = format!(
        "name: test\nurl: {url}\ndialect: fido-conformance\nrp_id: corp.example.com\norigin: {ORIGIN}\ntimeout_ms: {PATIENCE}\n\
         reasons: {{class: /class, table: [{{contains: challenge, class: challenge}}]}}\n\
         admin_token: t0ken\n\
         verbs:\n\
         \x20 session-check: {{method: GET, path: /session, accepted: {{/user: null}}}}\n\
         \x20 set-groups: {{method: PUT, path: '/users/{{user}}', body: {{groups: '{{groups}}', why: '{{why}}'}}, \
         headers: {{Authorization: 'Bearer {{admin_token}}'}}, result: /groups}}\n"
    );
    TargetFile::parse("test.yaml", &text).unwrap()
}

async fn target(act: fn(&str) -> Act) -> Target {
    target_within(PATIENCE, act).await
}

async fn target_within(timeout_ms: u64, act: fn(&str) -> Act) -> Target {
    let file = TargetFile { timeout_ms, ..file(&serve(act).await) };
    Target::start(file, &Surroundings::default()).await.unwrap()
}

async fn outcome(act: fn(&str) -> Act) -> Outcome {
    outcome_within(PATIENCE, act).await
}

async fn outcome_within(timeout_ms: u64, act: fn(&str) -> Act) -> Outcome {
    let mut session = target_within(timeout_ms, act).await.session();
    let outcome = session.result(Ceremony::Authentication, &json!({"id": "AA"}), ORIGIN).await;
    let exchanges = session.take_exchanges();
    assert_eq!(exchanges.len(), 1, "each request leaves its evidence");
    assert_eq!(exchanges[0].label, "authentication result");
    outcome
}

fn rejected(class: Option<ReasonClass>, reason: &str) -> Outcome {
    Outcome::Rejected { class, reason: Some(reason.to_owned()) }
}

#[tokio::test]
async fn answers_become_outcomes() {
    assert_eq!(outcome(|_| Act::Say(200, json!({"status": "ok", "errorMessage": ""}))).await, Outcome::Accepted);
    assert_eq!(
        outcome(|_| Act::Say(200, json!({"status": "failed", "errorMessage": "no"}))).await,
        rejected(None, "no")
    );
    let act = |_: &str| Act::Say(400, json!({"status": "failed", "errorMessage": "no", "class": "origin"}));
    assert_eq!(outcome(act).await, rejected(Some(ReasonClass::Origin), "no"));
    let act = |_: &str| Act::Say(400, json!({"status": "failed", "errorMessage": "wrong challenge"}));
    assert_eq!(outcome(act).await, rejected(Some(ReasonClass::Challenge), "wrong challenge"));
    assert_eq!(outcome(|_| Act::Say(404, json!({}))).await, Outcome::Rejected { class: None, reason: None });
    assert_eq!(outcome(|_| Act::Say(302, json!({}))).await, Outcome::Rejected { class: None, reason: None });
    assert_eq!(outcome(|_| Act::Say(503, json!({"status": "ok"}))).await, Outcome::Errored { status: 503 });
    assert_eq!(outcome(|_| Act::Say(429, json!({"status": "failed"}))).await, Outcome::Throttled);
}

#[tokio::test]
async fn silence_and_rubbish_never_pass() {
    assert_eq!(outcome_within(IMPATIENCE, |_| Act::Hang).await, Outcome::TimedOut);
    assert_eq!(outcome_within(IMPATIENCE, |_| Act::Endless).await, Outcome::TimedOut);
    for act in [
        (|_| Act::Close) as fn(&str) -> Act,
        |_| Act::Raw("this is no HTTP at all\r\n\r\n"),
        |_| Act::Raw("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n<html></html"),
        |_| Act::Say(200, json!("ok")),
        |_| Act::Say(200, json!({"ok": true})),
    ] {
        assert!(matches!(outcome(act).await, Outcome::Crashed { .. }));
    }
}

#[tokio::test]
async fn options_are_given_refused_or_rubbish() {
    let options_within = async |timeout_ms, act| {
        let mut session = target_within(timeout_ms, act).await.session();
        session.options(Ceremony::Registration, Some("alice"), &OptionsRequest::default(), ORIGIN).await
    };
    let options = async |act| options_within(PATIENCE, act).await;
    let given = options(|_| Act::Say(200, json!({"status": "ok", "errorMessage": "", "challenge": "AA"}))).await;
    assert_eq!(given.unwrap(), Options::Given(json!({"challenge": "AA"})));
    let refused = options(|_| Act::Say(403, json!({"status": "failed", "errorMessage": "disabled"}))).await;
    assert_eq!(refused.unwrap(), Options::Refused(rejected(None, "disabled")));
    let refused = options(|_| Act::Say(200, json!({"status": "failed", "errorMessage": "no"}))).await;
    assert_eq!(refused.unwrap(), Options::Refused(rejected(None, "no")));
    assert_eq!(options_within(IMPATIENCE, |_| Act::Hang).await.unwrap(), Options::Refused(Outcome::TimedOut));
    let rubbish = options(|_| Act::Raw("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")).await;
    assert!(matches!(rubbish, Err(EnvironmentError::Dialect { .. })));
}

#[tokio::test]
async fn a_target_that_is_down_or_elsewhere_is_not_used() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let down = Target::start(file(&url), &Surroundings::default()).await;
    assert!(matches!(down.err(), Some(EnvironmentError::Unreachable { .. })));
    for host in ["203.0.113.7", "staging.example", "localhost.example", "[2001:db8::1]"] {
        let elsewhere = Target::start(file(&format!("http://{host}:1")), &Surroundings::default()).await;
        assert!(matches!(elsewhere.err(), Some(EnvironmentError::HostNotAllowed { .. })), "{host}");
    }
}

fn start_of(command: [&str; 3]) -> super::Start {
    super::Start {
        command: command.map(str::to_owned).to_vec(),
        ready: "/".to_owned(),
        timeout_ms: PATIENCE,
        environment: Default::default(),
        trust_anchors: None,
    }
}

#[tokio::test]
async fn a_process_that_ends_says_its_last_words() {
    let mut file = file("http://127.0.0.1:1");
    file.start = Some(start_of(["sh", "-c", "echo oops >&2; exit 3"]));
    let Err(EnvironmentError::Start { why, tail }) = Target::start(file, &Surroundings::default()).await else {
        panic!("it did start")
    };
    assert!(why.contains("exit status: 3"), "{why}");
    assert_eq!(tail.as_deref(), Some("oops"));
}

#[tokio::test]
async fn another_program_at_its_port_is_not_taken_for_the_target() {
    let mut file = file(&serve(|_| Act::Say(200, json!({}))).await);
    file.start = Some(start_of(["sh", "-c", "sleep 60"]));
    let Err(EnvironmentError::Start { why, .. }) = Target::start(file, &Surroundings::default()).await else {
        panic!("it did start")
    };
    assert!(why.contains("answers already"), "{why}");
}

#[tokio::test]
async fn sessions_keep_their_cookies_and_say_verbs() {
    let act = |request: &str| match request {
        _ if request.starts_with("POST /assertion/result") => Act::Say(200, json!({"status": "ok"})),
        _ if request.starts_with("GET /session") && request.contains("sid=s1") => {
            Act::Say(200, json!({"user": "alice"}))
        }
        _ if request.starts_with("GET /session") => Act::Say(200, json!({})),
        _ if request.starts_with("PUT /users/a%40b%2Fc ") && request.contains("Bearer t0ken") => {
            let body = request.split("\r\n\r\n").last().unwrap_or_default();
            Act::Say(200, serde_json::from_str(body).unwrap_or_default())
        }
        _ => Act::Say(404, json!({})),
    };
    let target = target(act).await;
    let mut session = target.session();
    assert!(!session.check().await.unwrap().alive);
    session.result(Ceremony::Authentication, &json!({}), ORIGIN).await;
    assert!(session.check().await.unwrap().alive);

    let arguments = json!({"user": "a@b/c", "groups": ["x", "y"]});
    let answer = session.say(Verb::SetGroups, arguments.as_object().unwrap()).await.unwrap();
    assert_eq!((answer.outcome, answer.result), (Outcome::Accepted, json!(["x", "y"])));
    assert_eq!(answer.exchange.request, Some(json!({"groups": ["x", "y"]})));
    assert_eq!(answer.exchange.request_headers, [("Authorization".to_owned(), "…".to_owned())]);
    assert!(matches!(session.say(Verb::SetGroups, &Map::new()).await, Err(VerbError::Argument { .. })));
    assert!(matches!(session.say(Verb::Revoke, &Map::new()).await, Err(VerbError::Missing(Verb::Revoke))));
    assert!(target.can(Verb::SetGroups) && !target.can(Verb::Revoke));
}

#[tokio::test]
async fn a_connection_that_closes_when_it_is_used_again_is_no_crash() {
    let act = |_: &str| Act::Tire("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"status\": \"ok\"}");
    let mut session = target(act).await.session();
    for _ in 0..3 {
        assert_eq!(session.result(Ceremony::Authentication, &json!({}), ORIGIN).await, Outcome::Accepted);
    }
}

#[tokio::test]
async fn the_admin_token_stays_out_of_the_evidence_wherever_a_target_wants_it() {
    let url = serve(|request| Act::Say(200, json!({"you_sent": request}))).await;
    let mut file = file(&url);
    let verb = json!({"method": "POST", "path": "/admin/{admin_token}", "headers": {"X-Api-Key": "{admin_token}"},
        "body": {"keys": ["{admin_token}"], "text": "key={admin_token}"}});
    file.verbs.insert(Verb::Audit, serde_json::from_value(verb).unwrap());
    file.admin_token = Some("t0ken/+=".to_owned());
    let mut session = Target::start(file, &Surroundings::default()).await.unwrap().session();
    let answer = session.say(Verb::Audit, &Map::new()).await.unwrap();
    let evidence = serde_json::to_string(&session.take_exchanges()).unwrap();
    assert!(answer.result.to_string().contains("t0ken"), "it was sent: {}", answer.result);
    assert!(!evidence.contains("t0ken"), "{evidence}");
}
