//! A run for people, as it happens.

use std::io::{self, Write};

use super::Reporter;
use super::plain::plain_line;
use crate::event::Event;
use crate::evidence::StepReport;
use crate::finding::Finding;
use crate::summary::{Case, Counts, End, Header, KnownState, Summary};
use crate::verdict::Verdict;

/// How a terminal looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// With colours.
    pub colour: bool,
    /// With a line that is written over while a scenario runs.
    pub live: bool,
    /// With each step.
    pub steps: bool,
}

/// Writes about a run as it happens.
pub struct Terminal<W> {
    out: W,
    looks: Looks,
    scenarios: usize,
    done: usize,
}

impl<W: Write> Terminal<W> {
    /// Into `out`.
    pub const fn new(out: W, looks: Looks) -> Self {
        Self { out, looks, scenarios: 0, done: 0 }
    }

    fn header(&mut self, header: &Header) -> io::Result<()> {
        let Header { version, target, client, seed, shard, .. } = header;
        let shard = shard.as_ref().map(|shard| format!(" · part {shard}")).unwrap_or_default();
        writeln!(
            self.out,
            "keyrig {version} · target {target} · client {client}{shard} · {} scenarios",
            self.scenarios
        )?;
        writeln!(self.out, "seed {seed}\n")
    }

    fn progress(&mut self, id: &str) -> io::Result<()> {
        if self.looks.live {
            write!(self.out, "\r\x1b[2K[{}/{}] {id}", self.done + 1, self.scenarios)?;
            self.out.flush()?;
        }
        Ok(())
    }

    fn step(&mut self, step: &StepReport) -> io::Result<()> {
        if !self.looks.steps {
            return Ok(());
        }
        self.clear()?;
        writeln!(self.out, "    {:>14}  {} → {}", step.role.to_string(), step.action, plain_line(&step.outcome))
    }

    fn case(&mut self, case: &Case) -> io::Result<()> {
        self.clear()?;
        self.done += 1;
        let word = match (&case.end, case.known) {
            (_, true) => "known",
            (End::Judged(verdict), _) => verdict.word(),
            (End::Trouble(_), _) => "trouble",
        };
        let word = self.painted(&format!("{word:<14}"), colour(&case.end, case.known));
        writeln!(self.out, "{word} {:<48} {}", case.id, plain_line(&case.end.why()))
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let findings: Vec<&Finding> =
            summary.cases.iter().filter(|case| !case.known).filter_map(|case| case.end.verdict()?.finding()).collect();
        if !findings.is_empty() {
            self.title("Findings")?;
        }
        for finding in findings {
            self.finding(finding)?;
        }
        let stale: Vec<_> =
            summary.known.iter().filter(|k| matches!(k.state, KnownState::Stale | KnownState::Expired)).collect();
        if !stale.is_empty() {
            self.title("Known deviations that do not hold any more")?;
        }
        for known in stale {
            let words = known.state.words();
            writeln!(self.out, "  {}: {words} ({}, until {})", known.scenario, known.reason, known.expires)?;
        }
        if !summary.observations.is_empty() {
            self.title("Observations")?;
        }
        for observation in &summary.observations {
            writeln!(self.out, "  {}", plain_line(observation))?;
        }
        self.title("Not shown")?;
        for item in &summary.not_shown {
            writeln!(self.out, "  {}: {}", item.what, plain_line(&item.words))?;
        }
        writeln!(self.out, "\n{}", counts(&summary.counts))?;
        self.out.flush()
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let severity = self.painted(&finding.severity.to_string(), RED);
        writeln!(self.out, "  {} ({severity})", finding.scenario)?;
        writeln!(self.out, "    {}", plain_line(&finding.summary))?;
        let attacker = finding.attacker.map(|attacker| format!(", {attacker}")).unwrap_or_default();
        writeln!(self.out, "    {} ({}{attacker})", finding.requirement, finding.basis)?;
        if let Some(difference) = &finding.difference {
            writeln!(self.out, "    the difference: {difference}")?;
        }
        for step in &finding.evidence {
            writeln!(self.out, "    {}: {} → {}", step.role, step.action, plain_line(&step.outcome))?;
            for field in step.ceremony.iter().flat_map(|ceremony| &ceremony.fields) {
                writeln!(self.out, "      {}: {} instead of {}", field.path, short(&field.sent), short(&field.honest))?;
            }
        }
        Ok(())
    }

    fn title(&mut self, title: &str) -> io::Result<()> {
        let title = self.painted(title, BOLD);
        writeln!(self.out, "\n{title}")
    }

    fn clear(&mut self) -> io::Result<()> {
        if self.looks.live { write!(self.out, "\r\x1b[2K") } else { Ok(()) }
    }

    fn painted(&self, text: &str, code: &str) -> String {
        if self.looks.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

impl<W: Write> Reporter for Terminal<W> {
    fn hear(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::RunBegins { header, scenarios } => {
                self.scenarios = scenarios;
                self.header(header)
            }
            Event::CaseBegins { id, .. } => self.progress(id),
            Event::StepEnded { step, .. } => self.step(step),
            Event::CaseEnded { case } => self.case(case),
            Event::RunEnded { summary } => self.end(summary),
        }
    }
}

const BOLD: &str = "1";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const GREY: &str = "90";

const fn colour(end: &End, known: bool) -> &'static str {
    match end {
        _ if known => YELLOW,
        End::Judged(Verdict::Pass { .. }) => GREEN,
        End::Judged(Verdict::Fail { .. }) | End::Trouble(_) => RED,
        End::Judged(Verdict::Inconclusive { .. } | Verdict::Skipped { .. }) => YELLOW,
        End::Judged(Verdict::NotApplicable { .. }) => GREY,
    }
}

fn counts(counts: &Counts) -> String {
    let Counts { pass, fail, known, inconclusive, skipped, not_applicable, trouble } = counts;
    let known = if *known > 0 { format!(" (known {known})") } else { String::new() };
    let trouble = if *trouble > 0 { format!(", trouble {trouble}") } else { String::new() };
    format!(
        "pass {pass}, fail {fail}{known}, inconclusive {inconclusive}, skipped {skipped}, not-applicable \
         {not_applicable}{trouble}"
    )
}

/// The beginning of a long value.
fn short(text: &str) -> String {
    let text = plain_line(text);
    match text.char_indices().nth(72) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
