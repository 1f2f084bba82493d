//! A trace, message by message.

use std::io::{self, Write};
use std::time::Duration;

use keyrig_device::capture::{Carrier, Carries, Conversation, Frame, Said, Side, What};
use keyrig_device::transport::fault::Direction;
use serde_json::{Value, json};

use super::field::{Decoded, counted, hex};

/// Writes what both sides said, for people. Keepalives that repeat the one before are left out.
pub(crate) fn print(frames: &[Frame], out: &mut dyn Write) -> io::Result<()> {
    let begin = frames.first().map_or(Duration::ZERO, |frame| frame.at);
    let mut last = None;
    for said in Conversation::of(frames) {
        if said.what.keepalive().is_some() && last.as_ref() == Some(&said.what) {
            continue;
        }
        last = Some(said.what.clone());
        let at = said.at.saturating_sub(begin);
        let arrow = match said.direction {
            Direction::ToKey => "host > key",
            Direction::ToHost => "key > host",
        };
        writeln!(out, "{:>4}.{:06}  {arrow}  {}", at.as_secs(), at.subsec_micros(), headline(&said.what))?;
        if let Some(decoded) = decoded(&said) {
            let mut text = Vec::new();
            super::print(&decoded, &mut text)?;
            for line in String::from_utf8_lossy(&text).lines() {
                writeln!(out, "{}", format!("    {line}").trim_end())?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

/// How many reports of CTAPHID belong to no whole message.
pub(crate) fn parts(frames: &[Frame]) -> usize {
    let reports = frames.iter().filter(|frame| frame.carrier == Carrier::UsbHid).count();
    let of_messages = Conversation::of(frames).map(|said| match said.what {
        What::Hid(message) => message.fragment().map_or(0, |reports| reports.len()),
        _ => 0,
    });
    reports.saturating_sub(of_messages.sum())
}

/// What both sides said, for programs; nothing is left out.
pub(crate) fn to_json(frames: &[Frame]) -> Value {
    Conversation::of(frames).map(|said| message(&said)).collect()
}

fn message(said: &Said) -> Value {
    let mut value = json!({
        "at_us": u64::try_from(said.at.as_micros()).unwrap_or(u64::MAX),
        "direction": said.direction,
        "channel": said.what.channel(),
        "name": said.what.name(),
        "payload": hex(said.what.payload()),
    });
    if let Some(decoded) = decoded(said) {
        let carries = said.what.carries();
        let member = if carries == Carries::Ctap2 { "ctap" } else { "apdu" };
        value[member] = decoded.to_json(super::kind_of(side(said), carries));
    }
    value
}

/// The message, taken apart; `None` where there is nothing in it, or it cannot be.
fn decoded(said: &Said) -> Option<Decoded> {
    let decoded = super::payload(side(said), said.what.carries(), &said.what.name(), said.what.payload())?;
    (!decoded.fields.is_empty()).then_some(decoded)
}

const fn side(said: &Said) -> Side {
    match said.direction {
        Direction::ToKey => Side::Host,
        Direction::ToHost => Side::Key,
    }
}

fn headline(what: &What) -> String {
    let place = match what {
        What::Hid(_) => format!("channel {}", what.channel()),
        _ => what.channel(),
    };
    let more = what.code().unwrap_or_else(|| counted(what.payload().len(), "byte"));
    format!("{place}  {}  {more}", what.name())
}
