//! `keyrig decode`

use std::fmt::Display;
use std::io::{self, ErrorKind, Write, stdin};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser};
use keyrig_device::capture::{self, Frame};
use keyrig_files::{LONGEST_RECORD, LONGEST_TEXT};
use miette::{Diagnostic, miette};

use crate::decode::{self, Decoded, Encoding, Kind};
use crate::failure::{Exit, Failure};

/// Take bytes apart: attestation object, authenticator data, client data, COSE key, CTAP message
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  keyrig decode 04
  keyrig decode v6vDdDKViwYzYNOtZGHJxHNa5_jt1GWSpeDwFFKy5LUZAAAAAA
  keyrig decode --as auth-data authenticator-data.bin
  keyrig decode --json - < attestation-object.b64
  keyrig decode --trace key.pcapng")]
pub(crate) struct Words {
    /// The bytes themselves, a file, or - for standard input; spaces between bytes need no quotes
    #[arg(required_unless_present = "trace")]
    input: Vec<String>,
    /// A trace of `keyrig plug --trace`, JSON lines or pcapng: each message, and what is in it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["input", "kind", "from"])]
    trace: Option<PathBuf>,
    /// What it is; found out if left out
    #[arg(long = "as", value_name = "KIND", value_parser = kinds())]
    kind: Option<String>,
    /// The form it is written in; found out if left out
    #[arg(long, value_name = "ENCODING")]
    from: Option<Encoding>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn kinds() -> PossibleValuesParser {
    decode::ALL.iter().map(|kind| PossibleValue::new(kind.name).help(kind.about)).collect::<Vec<_>>().into()
}

impl Words {
    /// Prints the input taken apart.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        if let Some(path) = &self.trace {
            return trace(path, self.json, out);
        }
        let input = read(&self.input.join(" "))?;
        let readings: Vec<(Encoding, Vec<u8>)> = match self.from {
            Some(encoding) => encoding.read(&input).map(|bytes| (encoding, bytes)).into_iter().collect(),
            None => decode::readings(&input).collect(),
        };
        let (kind, decoded) = match self.kind.as_deref().and_then(decode::kind) {
            Some(kind) => (kind, as_told(kind, &readings)?),
            None => as_guessed(&readings)?,
        };
        if self.json {
            writeln!(out, "{:#}", decoded.to_json(kind.name))?;
        } else {
            decode::print(&decoded, out)?;
        }
        Ok(Exit::Success)
    }
}

fn trace(path: &Path, json: bool, out: &mut dyn Write) -> Result<Exit, Failure> {
    let shown = path.display();
    let bytes = keyrig_files::bytes(path, LONGEST_RECORD).map_err(|e| unreadable(&shown, &e))?;
    let trace = capture::read(&bytes).map_err(|error| {
        let help = error.help().map(|help| help.to_string()).unwrap_or_default();
        Failure::usage(miette!(help = help, "failed to read {shown}: {error}"))
    })?;
    if json {
        writeln!(out, "{:#}", decode::trace::to_json(&trace.frames))?;
    } else {
        decode::trace::print(&trace.frames, out)?;
    }
    out.flush()?;
    let Some(first) = trace.damage.first() else { return Ok(left_out(path, &trace.frames)) };
    let more = match trace.damage.len() {
        1 => String::new(),
        all => format!(" (and {} more)", all - 1),
    };
    let help = "what could be read is printed; take the trace again if you need the rest";
    Err(Failure::usage(miette!(help = help, "failed to read all of {shown}: {first}{more}")))
}

/// Says so where reports are of no message that is whole.
fn left_out(path: &Path, frames: &[Frame]) -> Exit {
    match decode::trace::parts(frames) {
        0 => Exit::Success,
        parts => {
            let path = path.display();
            let of = if parts == 1 { "one report of it belongs" } else { &format!("{parts} reports of it belong") };
            eprintln!(
                "notice: {path} is not printed whole: {of} to messages that broke off; others of them are missing"
            );
            Exit::Finding
        }
    }
}

fn read(input: &str) -> Result<Vec<u8>, Failure> {
    if input == "-" {
        return keyrig_files::all(stdin().lock(), LONGEST_TEXT).map_err(|e| unreadable(&"standard input", &e));
    }
    if Path::new(input).exists() && !Path::new(input).is_dir() {
        return keyrig_files::bytes(input, LONGEST_TEXT).map_err(|e| unreadable(&input, &e));
    }
    Ok(input.as_bytes().to_vec())
}

fn unreadable(what: &dyn Display, error: &io::Error) -> Failure {
    let report = miette!("failed to read {what}: {error}");
    match error.kind() {
        ErrorKind::FileTooLarge => Failure::usage(report),
        _ => Failure::environment(report),
    }
}

fn as_told(kind: &Kind, readings: &[(Encoding, Vec<u8>)]) -> Result<Decoded, Failure> {
    let mut why = None;
    for (_, bytes) in readings {
        match (kind.decode)(bytes) {
            Ok(decoded) => return Ok(decoded),
            Err(reason) => why = why.or(Some(reason)),
        }
    }
    let why = why.unwrap_or_else(|| "the text is not written in that form".into());
    Err(Failure::usage(miette!(
        help = "leave out --as to have the kind found out, or see `keyrig decode --help` for the other kinds",
        "failed to read the input as {}: {why}",
        kind.name
    )))
}

fn as_guessed(readings: &[(Encoding, Vec<u8>)]) -> Result<(&'static Kind, Decoded), Failure> {
    for (_, bytes) in readings {
        if let Some(kind) = decode::guess(bytes)
            && let Ok(decoded) = (kind.decode)(bytes)
        {
            return Ok((kind, decoded));
        }
    }
    Err(Failure::usage(miette!(
        help = "it is neither a file nor bytes of a known kind in hex, base64url or base64; name the kind with --as to \
                see what is wrong with it",
        "failed to find out what the input is"
    )))
}
