use std::time::UNIX_EPOCH;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::environment_error::EnvironmentError;
use crate::scenario::Vocabulary;
use crate::summary::Counts;
use crate::target::{Starting, Target, TargetFile};

#[test]
fn patterns() {
    for (pattern, id) in [("attack/x", "attack/x"), ("attack", "attack/x"), ("attack/", "attack/x"), ("*/x", "a/x")] {
        assert!(matches(pattern, id), "{pattern} {id}");
    }
    for (pattern, id) in [("attack/x", "attack/xy"), ("att", "attack/x"), ("*/x", "a/xy"), ("a*z", "ab")] {
        assert!(!matches(pattern, id), "{pattern} {id}");
    }
    assert!(matches("attack/uv-*", "attack/uv-cleared"));
    assert!(matches("*", "attack/uv-cleared"));
}

/// How a target behaves that is none.
#[derive(Clone, Copy, Debug)]
enum Rude {
    /// It does not start.
    Down,
    /// It takes the request and says nothing.
    Silent,
    /// It answers 200 with something that is no JSON.
    Rubbish,
    /// It hangs up.
    HangsUp,
    /// It answers 500 and is well.
    Errs,
    /// It asks for patience.
    Throttles,
    /// The first request is its last.
    Dies,
}

/// One target for the whole run.
struct Shared(Rude, tokio::sync::OnceCell<Target>);

impl Targets for Shared {
    fn start<'a>(&'a self, policy: Option<&'a str>) -> Starting<'a> {
        Box::pin(async move { self.1.get_or_try_init(|| self.0.start(policy)).await.cloned() })
    }
}

impl Targets for Rude {
    fn start<'a>(&'a self, _policy: Option<&'a str>) -> Starting<'a> {
        Box::pin(async move {
            if matches!(self, Self::Down) {
                return Err(EnvironmentError::Start { why: "it is down".to_owned(), tail: None });
            }
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("it is bound");
            let server = tokio::spawn(serve(listener, *self));
            // Who answers is waited for longer than a busy machine takes.
            let patience = if matches!(self, Self::Silent) { 500 } else { 60_000 };
            let text = format!(
                "name: rude\nurl: http://{address}\ndialect: fido-conformance\nrp_id: example.com\n\
                 origin: https://example.com\ntimeout_ms: {patience}\n"
            );
            let file = TargetFile::parse("rude.yaml", &text).expect("valid");
            Target::attach(file, Box::new(server)).await
        })
    }
}

async fn serve(listener: TcpListener, rude: Rude) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).await.unwrap_or_default();
        let probe = bytes[..read].starts_with(b"GET / ");
        let (status, body) = match rude {
            _ if probe => ("200 OK", ""),
            Rude::Down | Rude::HangsUp => continue,
            Rude::Dies => return,
            Rude::Silent => {
                tokio::spawn(async move {
                    let _ = stream.read(&mut [0; 1]).await;
                });
                continue;
            }
            Rude::Rubbish => ("200 OK", "rubbish"),
            Rude::Errs => ("500 Internal Server Error", "{}"),
            Rude::Throttles => ("429 Too Many Requests", "{}"),
        };
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}

fn suite() -> Suite {
    let known = Vocabulary::new(["bare"], ["hardened"]);
    let attack = "attack/a\ntitle: x\nrequirement: x\nbasis: must\nsteps:\n  - register: {user: alice, tamper: client/flip-challenge}\n    expect: {rejected: challenge}\n";
    let ceremony = "ceremony/b\ntitle: x\nrequirement: x\nbasis: must\nsteps:\n  - register: {user: alice}\n";
    let scenario = |file: &str, text: &str| Suite::parse(file, &format!("id: {text}"), &known).expect("valid");
    Suite { scenarios: vec![scenario("a.yaml", attack), scenario("b.yaml", ceremony)] }
}

fn execute(targets: &dyn Targets, change: impl FnOnce(&mut Settings)) -> (Summary, Vec<String>) {
    let mut settings = Settings::new(Seed::new([7; 32]), UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    change(&mut settings);
    let suite = suite();
    let devices = Emulated::default();
    let run = Run { suite: &suite, targets, devices: &devices, settings };
    let mut heard = Vec::new();
    let mut listen = |event: Event<'_>| {
        heard.push(match event {
            Event::RunBegins { scenarios, .. } => format!("run of {scenarios}"),
            Event::CaseBegins { id, .. } => format!("begin {id}"),
            Event::StepEnded { id, step } => format!("step of {id}: {}", step.outcome),
            Event::CaseEnded { case } => format!("end {}: {}", case.id, case.end.word()),
            Event::RunEnded { .. } => "end".to_owned(),
        });
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let summary = runtime.block_on(run.execute(&mut listen));
    (summary, heard)
}

#[test]
fn a_target_that_is_down_is_tried_once() {
    let (summary, heard) = execute(&Rude::Down, |_| {});
    let wanted =
        ["run of 2", "begin attack/a", "end attack/a: trouble", "begin ceremony/b", "end ceremony/b: trouble", "end"];
    assert_eq!(heard, wanted);
    let why = summary.cases[1].end.why();
    assert_eq!(why, "not tried, as the target is not there: failed to start the target: it is down");
    assert_eq!(crate::exit::code(&summary, true), crate::exit::ENVIRONMENT);
}

#[test]
fn no_rude_target_ever_passes() {
    for (rude, attack, ceremony) in [
        (Rude::Silent, "inconclusive", "inconclusive"),
        (Rude::Rubbish, "trouble", "trouble"),
        (Rude::HangsUp, "inconclusive", "inconclusive"),
        (Rude::Errs, "inconclusive", "fail"),
        (Rude::Throttles, "inconclusive", "inconclusive"),
    ] {
        for exact in [true, false] {
            let (summary, _) = execute(&rude, |settings| settings.exact_reasons = exact);
            let words: Vec<&str> = summary.cases.iter().map(|case| case.end.word()).collect();
            assert_eq!(words, [attack, ceremony], "{rude:?} {exact}");
        }
    }
}

#[test]
fn one_that_died_is_accused_of_nothing_after_that() {
    let target = Shared(Rude::Dies, tokio::sync::OnceCell::new());
    let (summary, _) = execute(&target, |settings| settings.shared_target = true);
    let words: Vec<&str> = summary.cases.iter().map(|case| case.end.word()).collect();
    assert_eq!(words, ["inconclusive", "trouble"], "{:?}", summary.cases[1].end);
    assert_eq!(crate::exit::code(&summary, true), crate::exit::ENVIRONMENT);
}

#[test]
fn a_refusal_by_accident_is_observed_once() {
    let (summary, _) = execute(&Rude::Errs, |settings| settings.exact_reasons = false);
    assert_eq!(summary.observations, ["refuses by accident: errored(500) to a request in attack/a, and once more"]);
}

#[test]
fn parts_and_names_choose_and_the_rest_is_not_shown() {
    let (summary, _) = execute(&Rude::Throttles, |settings| settings.shard = "2/2".parse().ok());
    assert_eq!(summary.cases.len(), 1);
    assert_eq!(summary.cases[0].id, "ceremony/b");
    assert!(summary.not_shown.iter().any(|item| item.what == "1 scenario that was not selected"));
    let (summary, _) = execute(&Rude::Throttles, |settings| settings.select = vec!["attack".to_owned()]);
    assert_eq!((summary.cases.len(), summary.cases[0].id.as_str()), (1, "attack/a"));
    let (summary, _) = execute(&Rude::Throttles, |settings| settings.select = vec!["none".to_owned()]);
    assert_eq!(summary.counts, Counts::default());
    assert_eq!(crate::exit::code(&summary, true), crate::exit::USAGE);
}

#[test]
fn a_scenario_that_takes_too_long_is_inconclusive() {
    let (summary, _) = execute(&Rude::Silent, |settings| settings.time_limit = Duration::from_millis(1));
    assert!(summary.cases.iter().all(|case| case.end.why() == "it took longer than 0.001 s"));
}
