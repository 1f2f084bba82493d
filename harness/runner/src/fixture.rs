//! One run with each verdict, for the tests of everything that reads runs.

use serde_json::json;

use crate::decoded::AuthenticatorData;
use crate::evidence::{CeremonyReport, CtapReport, FieldDifference, Role, SessionReport, StepReport};
use crate::exchange::Exchange;
use crate::finding::{Finding, TargetNote};
use crate::not_shown;
use crate::scenario::{Attacker, Row};
use crate::severity::Severity;
use crate::summary::{Case, Counts, End, Header, KnownState, KnownUse, Summary};
use crate::verdict::{Proof, Verdict};

/// One run with each verdict.
pub(crate) fn summary() -> Summary {
    let cases = vec![
        case("attack/a-pass", End::Judged(Verdict::Pass { proof: Proof::Reason { class: "origin".into() } })),
        case("attack/b-weak", End::Judged(Verdict::Pass { proof: Proof::Difference { said: Some("no <b>".into()) } })),
        failed("attack/c-fail", false),
        case("attack/d-open", End::Judged(Verdict::Inconclusive { gap: "the control was refused & more".into() })),
        case("ceremony/e-skipped", End::Judged(Verdict::Skipped { why: "a real key does not lie".into() })),
        case("ceremony/f-other", End::Judged(Verdict::NotApplicable { why: "the target has no verb revoke".into() })),
        failed("enterprise/g-known", true),
        case("enterprise/h-trouble", End::Trouble("failed to reach the target".into())),
    ];
    let known = vec![known("enterprise/g-known", KnownState::Holds), known("attack/a-pass", KnownState::Stale)];
    Summary {
        format: Summary::FORMAT.to_owned(),
        header: header(),
        counts: Counts::of(&cases),
        known,
        observations: vec!["refuses by accident: errored(500) to an attack in attack/b-weak".to_owned()],
        not_shown: not_shown::gather(&cases, 2),
        cases,
    }
}

pub(crate) fn header() -> Header {
    Header {
        version: "0.1.0".to_owned(),
        target: "builtin:hardened".to_owned(),
        client: "l3".to_owned(),
        seed: "00ff".repeat(16),
        started: "2026-11-21T20:15:00Z".to_owned(),
        shard: Some("1/2".to_owned()),
    }
}

pub(crate) fn case(id: &str, end: End) -> Case {
    Case {
        id: id.to_owned(),
        title: "a page of another origin gets no session".to_owned(),
        file: format!("scenarios/{id}.yaml"),
        source: vec!["RP-ORG-1".to_owned()],
        requirement: "WebAuthn L3 §7.2, \"verify the origin\" (CR 2026-05-26)".to_owned(),
        basis: "must".to_owned(),
        attacker: Some(Attacker::Phisher),
        severity: Severity::Critical,
        target: TargetNote {
            name: "built-in".to_owned(),
            url: "http://127.0.0.1:4711".to_owned(),
            policy: Some("hardened".to_owned()),
        },
        row: Some(Row {
            number: 1,
            signal: "Phishing".to_owned(),
            pass: "Blocked".to_owned(),
            fail: "Possible".to_owned(),
            not_proved: None,
        }),
        end,
        decisive: Some(1),
        steps: vec![step(Role::LeadingControl, "accepted"), step(Role::Attack, "rejected(origin): wrong_origin")],
        not_proved: vec!["what a browser would have done".to_owned()],
        known: false,
        millis: 1_234,
    }
}

fn failed(id: &str, known: bool) -> Case {
    let evidence = vec![
        step(Role::LeadingControl, "accepted"),
        step(Role::Attack, "accepted"),
        step(Role::TrailingControl, "accepted"),
    ];
    let finding = Finding {
        format: Finding::FORMAT.to_owned(),
        scenario: id.to_owned(),
        title: "a page of another origin gets no session".to_owned(),
        summary: "expected rejected(origin), but it was accepted".to_owned(),
        severity: Severity::Critical,
        basis: "must".to_owned(),
        attacker: Some(Attacker::Phisher),
        requirement: "WebAuthn L3 §7.2, \"verify the origin\" (CR 2026-05-26)".to_owned(),
        target: TargetNote { name: "built-in".to_owned(), url: "http://127.0.0.1:4711".to_owned(), policy: None },
        client: "l3".to_owned(),
        seed: "00ff".repeat(16),
        started: "2026-11-21T20:15:00Z".to_owned(),
        step: 2,
        expected: "rejected(origin)".to_owned(),
        measured: "accepted".to_owned(),
        measured_class: None,
        difference: Some("client/origin=https://evil.example".to_owned()),
        scenario_file: format!("scenarios/{id}.yaml"),
        scenario_text: scenario_text(id),
        evidence: evidence.clone(),
    };
    let end = End::Judged(Verdict::Fail { finding: Box::new(finding) });
    Case { steps: evidence, known, ..case(id, end) }
}

fn scenario_text(id: &str) -> String {
    format!(
        "id: {id}\ntitle: x\nrequirement: x\nbasis: must\nattacker: phisher\nsteps:
  - register: {{user: alice}}
  - authenticate: {{user: alice, tamper: wire/break-signature}}
    expect: {{rejected: signature}}\n"
    )
}

fn step(role: Role, outcome: &str) -> StepReport {
    let rejected = outcome.starts_with("rejected");
    let lie = role == Role::Attack;
    StepReport {
        number: 2,
        line: 9,
        role,
        action: "authenticate alice@corp.example.com with YubiKey 5 NFC".to_owned(),
        note: Some("The key signs what it is told.".to_owned()),
        expected: if lie { "rejected(origin)" } else { "accepted" }.to_owned(),
        outcome: outcome.to_owned(),
        class: rejected.then(|| "origin".to_owned()),
        reason: rejected.then(|| "wrong_origin".to_owned()),
        difference: lie.then(|| "client/origin=https://evil.example".to_owned()),
        detail: None,
        ceremony: Some(ceremony(lie)),
        exchanges: vec![Exchange {
            label: "authentication result".to_owned(),
            method: "POST".to_owned(),
            url: "http://127.0.0.1:4711/assertion/result".to_owned(),
            request_headers: vec![("Origin".to_owned(), "https://corp.example.com".to_owned())],
            request: Some(json!({"id": "AQID"})),
            status: Some(if rejected { 400 } else { 200 }),
            response: Some(json!({"status": if rejected { "failed" } else { "ok" }})),
            millis: 7,
        }],
    }
}

fn ceremony(lie: bool) -> CeremonyReport {
    let fields = lie.then(|| FieldDifference {
        path: "clientData.origin".to_owned(),
        honest: "https://corp.example.com".to_owned(),
        sent: "https://evil.example".to_owned(),
    });
    CeremonyReport {
        options: json!({"challenge": "AAAA", "userVerification": "required"}),
        client_data: Some(json!({"type": "webauthn.get", "challenge": "AAAA"})),
        authenticator_data: Some(AuthenticatorData {
            rp_id_hash: "ab".repeat(32),
            flags: vec!["UP".to_owned(), "UV".to_owned()],
            flags_byte: 5,
            sign_count: 42,
            aaguid: None,
            credential_id: None,
            bytes_left_over: 0,
        }),
        fields: fields.into_iter().collect(),
        session: Some(SessionReport { alive: !lie, body: json!({}) }),
        ctap: vec![CtapReport {
            command: "authenticatorGetAssertion".to_owned(),
            status: "CTAP2_OK".to_owned(),
            request: "02a1".to_owned(),
            response: "00a1".to_owned(),
        }],
        ..CeremonyReport::empty("authentication")
    }
}

fn known(scenario: &str, state: KnownState) -> KnownUse {
    KnownUse { scenario: scenario.to_owned(), reason: "ticket 7".to_owned(), expires: "2027-01-31".to_owned(), state }
}
