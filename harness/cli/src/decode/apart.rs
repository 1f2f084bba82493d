//! What the faces of a plugged key show of a message.

use keyrig_device::capture::{Carries, Side};
use keyrig_device::control::{Apart, Line};

use super::field::{Decoded, Field};
use super::print::label;

/// Takes a payload apart that this side sent; `None` where it cannot be.
pub(crate) fn apart(from: Side, carries: Carries, name: &str, bytes: &[u8]) -> Option<Apart> {
    let decoded = super::payload(from, carries, name, bytes)?;
    Some(Apart { decoded: decoded.to_json(super::kind_of(from, carries)), lines: lines(&decoded) })
}

/// One line for each field, and for each remark.
fn lines(decoded: &Decoded) -> Vec<Line> {
    let mut lines = Vec::new();
    decoded.fields.iter().for_each(|field| add(field, 0, &mut lines));
    for remark in decoded.remarks.flaws.iter().chain(&decoded.remarks.breaches) {
        lines.push(Line {
            depth: 0,
            name: "flaw".into(),
            text: format!("{} (at {})", remark.text, remark.at),
            note: None,
        });
    }
    lines
}

fn add(field: &Field, depth: usize, lines: &mut Vec<Line>) {
    lines.push(Line { depth, name: label(field), text: whole(field), note: field.note.clone() });
    field.fields.iter().for_each(|inner| add(inner, depth + 1, lines));
}

/// The value, not abridged.
fn whole(field: &Field) -> String {
    match (field.text.split_once('…'), field.value.as_str()) {
        (Some((head, rest)), Some(value)) if value.starts_with(head) => format!("{value}{rest}"),
        _ => field.text.clone(),
    }
}
