//! Ceremonies against a server that says what it is told to say.

use serde_json::json;

use super::{YUBIKEY, creation, order, plug, request};
use crate::ceremony::{Ceremony, CeremonyError, Order, Record, Stage, perform};
use crate::client::Page;
use crate::device::InProcess;
use crate::outcome::Outcome;
use crate::target::canned::{Act, serve};
use crate::target::{Surroundings, Target, TargetFile};

async fn target(act: fn(&str) -> Act) -> Target {
    let url = serve(act).await;
    let text = format!(
        "name: canned\nurl: {url}\ndialect: fido-conformance\nrp_id: corp.example.com\norigin: https://corp.example.com\n\
         verbs: {{session-check: {{method: GET, path: /session}}}}\n"
    );
    Target::start(TargetFile::parse("canned.yaml", &text).unwrap(), &Surroundings::default()).await.unwrap()
}

/// Takes everything, and has a session for whoever has a cookie.
fn credulous(request_: &str) -> Act {
    match request_.split(' ').nth(1).unwrap_or_default() {
        "/attestation/options" => Act::Say(200, creation()),
        "/assertion/options" => Act::Say(200, request()),
        "/session" if request_.contains("sid=s1") => Act::Say(200, json!({"username": "alice"})),
        "/session" => Act::Say(401, json!({})),
        _ => Act::Say(200, json!({"status": "ok", "errorMessage": ""})),
    }
}

async fn performed(order: &Order<'_>, act: fn(&str) -> Act) -> Result<Record, CeremonyError> {
    perform(order, &mut plug(YUBIKEY), &mut target(act).await.session()).await
}

fn labels(record: &Record) -> Vec<&str> {
    record.exchanges.iter().map(|exchange| exchange.label.as_str()).collect()
}

#[tokio::test]
async fn an_honest_ceremony_leaves_its_evidence() {
    let record = performed(&order(Ceremony::Registration, &[]), credulous).await.unwrap();
    assert_eq!((record.stage, &record.outcome), (Stage::Result, &Outcome::Accepted));
    assert_eq!(labels(&record), ["registration options", "registration result", "session-check"]);
    assert!(record.session.unwrap().alive);
    assert_eq!(record.fields, []);
    assert_eq!(record.options, creation());
    assert_eq!(record.credential["id"], record.credential_id.unwrap());
    let commands: Vec<_> = record.ctap.iter().map(|exchange| exchange.command.as_str()).collect();
    assert_eq!(commands.first(), Some(&"authenticatorGetInfo"));
    assert_eq!(commands.last(), Some(&"authenticatorMakeCredential"));
    let sent = record.exchanges[1].request.as_ref().unwrap();
    assert_eq!(sent["getClientExtensionResults"], sent["clientExtensionResults"]);
    assert_eq!(record.exchanges[1].request_headers, [("Origin".to_owned(), "https://corp.example.com".to_owned())]);
}

#[tokio::test]
async fn it_says_how_far_it_got() {
    let refused = |_: &str| Act::Say(403, json!({"status": "failed", "errorMessage": "no"}));
    let record = performed(&order(Ceremony::Registration, &[]), refused).await.unwrap();
    assert_eq!((record.stage, record.outcome.is_rejected()), (Stage::Options, true));
    let phished = Order { page: Page::new("https://evil.example"), ..order(Ceremony::Registration, &[]) };
    let record = performed(&phished, credulous).await.unwrap();
    assert_eq!(record.stage, Stage::Client);
    assert!(matches!(record.outcome, Outcome::ClientRefused { name, .. } if name == "SecurityError"));
    assert!(!labels_have_result(&phished, credulous).await, "what the client refuses never reaches the target");
}

async fn labels_have_result(order: &Order<'_>, act: fn(&str) -> Act) -> bool {
    labels(&performed(order, act).await.unwrap()).iter().any(|label| label.ends_with("result"))
}

/// A lie that is the truth would accuse a target of taking what every client sends.
#[tokio::test]
async fn a_lie_that_changes_nothing_is_not_told() {
    let truth = ["client/origin=https://corp.example.com".parse().unwrap()];
    let error = performed(&order(Ceremony::Registration, &truth), credulous).await.err();
    let Some(CeremonyError::CannotLie(why)) = error else { panic!("{error:?}") };
    assert_eq!(why.to_string(), "client/origin cannot be told here: it would change nothing");
}

#[tokio::test]
async fn lies_that_need_more_gather_it() {
    let replay = ["client/replayed-challenge".parse().unwrap()];
    let record = performed(&order(Ceremony::Registration, &replay), credulous).await.unwrap();
    let expected = ["registration options", "registration result", "registration result", "session-check"];
    assert_eq!(labels(&record), expected);
    let challenge = |n: usize| record.exchanges[n].request.as_ref().unwrap()["response"]["clientDataJSON"].clone();
    assert_eq!(challenge(1), challenge(2), "the same challenge");
    assert_ne!(record.exchanges[1].request, record.exchanges[2].request, "another credential");
    assert_eq!(record.fields[0].path, "clientData.challenge");

    let other = ["client/challenge-of-another-session".parse().unwrap()];
    let error = performed(&order(Ceremony::Registration, &other), credulous).await.err();
    assert!(matches!(error, Some(CeremonyError::CannotLie(_))), "every session gets the same challenge here");

    let deny = |request: &str| match credulous(request) {
        Act::Say(200, body) if body.get("errorMessage").is_some() => Act::Say(400, json!({"status": "failed"})),
        act => act,
    };
    let error = performed(&order(Ceremony::Registration, &replay), deny).await.err();
    assert!(matches!(error, Some(CeremonyError::CannotLie(_))), "there is nothing to replay");
    let login = ["wire/clear-uv".parse().unwrap()];
    let error = performed(&order(Ceremony::Registration, &login), credulous).await.err();
    assert!(matches!(error, Some(CeremonyError::CannotLie(_))), "it is a lie of the other ceremony");
}

#[tokio::test]
async fn another_user_is_known_from_their_registration() {
    let target = target(credulous).await;
    let bob = Order { user: Some("bob"), ..order(Ceremony::Registration, &[]) };
    let record = perform(&bob, &mut plug(YUBIKEY), &mut target.session()).await.unwrap();
    let theirs = record.credential_id.unwrap();
    let mut device = InProcess::plug(YUBIKEY, [7; 32]).unwrap();
    perform(&order(Ceremony::Registration, &[]), &mut device, &mut target.session()).await.unwrap();
    let lie = ["wire/credential-id-of-another-user=bob".parse().unwrap()];
    let record = perform(&order(Ceremony::Authentication, &lie), &mut device, &mut target.session()).await.unwrap();
    assert_eq!(record.credential["id"], theirs.as_str());
    assert_ne!(record.credential_id.as_deref(), Some(theirs.as_str()));
    let stranger = ["wire/credential-id-of-another-user=carol".parse().unwrap()];
    let error = perform(&order(Ceremony::Authentication, &stranger), &mut device, &mut target.session()).await.err();
    assert!(matches!(error, Some(CeremonyError::CannotLie(_))), "{error:?}");
}
