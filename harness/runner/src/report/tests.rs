use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::fixture;
use crate::summary::{End, Summary};
use crate::verdict::Verdict;

/// What a report makes of the fixed stream.
fn written(kind: Kind, looks: Looks) -> String {
    written_of(&fixture::summary(), kind, looks)
}

fn written_of(summary: &Summary, kind: Kind, looks: Looks) -> String {
    let mut bytes = Vec::new();
    let mut reporter: Box<dyn Reporter> = match kind {
        Kind::Terminal => Box::new(Terminal::new(&mut bytes, looks)),
        other => open(other, Box::new(&mut bytes)),
    };
    let mut hear = |event: Event<'_>| reporter.hear(event).expect("a vector takes what is written to it");
    hear(Event::RunBegins { header: &summary.header, scenarios: summary.cases.len() });
    for case in &summary.cases {
        hear(Event::CaseBegins { id: &case.id, title: &case.title });
        for step in &case.steps {
            hear(Event::StepEnded { id: &case.id, step });
        }
        hear(Event::CaseEnded { case });
    }
    hear(Event::RunEnded { summary });
    drop(reporter);
    String::from_utf8(bytes).expect("reports are text")
}

fn in_crate(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn the_terminal_for_a_file_and_for_a_person() {
    insta::assert_snapshot!("terminal", written(Kind::Terminal, Looks::default()));
    let live = written(Kind::Terminal, Looks { colour: true, live: true, steps: true });
    assert!(live.contains("\r\x1b[2K[3/8] attack/c-fail") && live.contains("\x1b[31mfail"), "{live}");
    assert!(live.contains("control before  authenticate alice@corp.example.com"), "{live}");
    assert!(!written(Kind::Terminal, Looks::default()).contains('\x1b'));
}

#[test]
fn junit_keeps_to_the_committed_schema() {
    let xml = written(Kind::Junit, Looks::default());
    insta::assert_snapshot!("junit", xml);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.xml");
    std::fs::write(&file, &xml).expect("a file");
    assert!(xmllint(&file).0, "{}", xmllint(&file).1);
    std::fs::write(&file, xml.replace("classname=", "class=")).expect("a file");
    assert!(!xmllint(&file).0, "the schema takes anything");
}

/// Whether `file` is valid, and what xmllint said.
fn xmllint(file: &Path) -> (bool, String) {
    let schema = in_crate("schemas/junit-10.xsd");
    let run = Command::new("xmllint").arg("--noout").arg("--schema").arg(schema).arg(file).output();
    let output = run.unwrap_or_else(|error| {
        panic!("failed to run xmllint: {error}; install it with `apt-get install libxml2-utils`")
    });
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn json_keeps_to_its_schema_and_reads_itself_back() {
    let text = written(Kind::Json, Looks::default());
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let mut broken = json.clone();
    broken["cases"][0]["severity"] = "dreadful".into();
    assert!(!validator.is_valid(&broken));
    let back: crate::Summary = serde_json::from_value(json).expect("the same form");
    assert_eq!(back, fixture::summary());
}

#[test]
fn the_published_schemas_are_up_to_date() {
    let finding = schemars::schema_for!(crate::Finding).to_value();
    let schemas = [
        ("schemas/report.schema.json", schema()),
        ("schemas/finding.schema.json", finding),
        ("schemas/provisioned.schema.json", crate::Provisioned::schema()),
        ("../../scenarios/known.schema.json", crate::Known::schema()),
        ("../../scenarios/expect.schema.json", crate::Baseline::schema()),
    ];
    for (path, schema) in schemas {
        let fresh = format!("{schema:#}\n");
        if std::env::var_os("KEYRIG_GENERATE").is_some() {
            std::fs::write(in_crate(path), &fresh).expect("the folder is there");
        }
        let committed = std::fs::read_to_string(in_crate(path)).unwrap_or_default();
        assert!(committed == fresh, "{path}: run `cargo xtask generate`");
    }
}

/// A target may say what it likes: reports stay what they are.
#[test]
fn no_report_does_what_a_target_says() {
    const EVIL: &str = "</script><script>alert(1)</script>]]>\u{1b}[31m\u{7}\u{0}\u{9b}\r\u{202e}\u{fffe}";
    let mut summary = fixture::summary();
    for case in &mut summary.cases {
        if let End::Judged(Verdict::Fail { finding }) = &mut case.end {
            finding.summary = EVIL.to_owned();
            finding.evidence.iter_mut().for_each(|step| step.outcome = EVIL.to_owned());
        }
        for step in &mut case.steps {
            step.outcome = EVIL.to_owned();
            step.exchanges.iter_mut().for_each(|exchange| exchange.response = Some(EVIL.into()));
        }
    }
    summary.observations = vec![EVIL.to_owned()];
    summary.not_shown.iter_mut().for_each(|item| item.words = EVIL.to_owned());
    for kind in [Kind::Html, Kind::Junit, Kind::Terminal] {
        let text = written_of(&summary, kind, Looks { steps: true, ..Looks::default() });
        let bad = |c: char| (c.is_control() && c != '\n' && c != '\t') || c == '\u{202e}' || c == '\u{fffe}';
        assert_eq!(text.find(bad), None, "{kind:?}");
        assert!(kind == Kind::Terminal || !text.contains("<script"), "{kind:?}");
    }
}

#[test]
fn html_holds_every_case_and_reaches_for_nothing() {
    let html = written(Kind::Html, Looks::default());
    insta::assert_snapshot!("html", html);
    for case in &fixture::summary().cases {
        assert!(html.contains(&format!("id=\"{}\"", case.id)), "{}", case.id);
    }
    for item in &fixture::summary().not_shown {
        assert!(html.contains(&item.what.replace('\'', "&#39;")), "{}", item.what);
    }
    assert!(html.contains("no &#60;b&#62;") && !html.contains("no <b>"));
    for outside in ["<script", "src=", "url(", "@import", "href=\"http", "href=\"//"] {
        assert!(!html.contains(outside), "{outside}");
    }
}
