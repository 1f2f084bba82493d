//! Decoded input for people: offset, name, value, and what is remarkable.

use std::io::{self, Write};

use keyrig_device::control::Line;

use super::field::{Decoded, Field, Remark, counted};

/// Writes `decoded` as a table.
pub(crate) fn print(decoded: &Decoded, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}, {}\n", decoded.title, counted(decoded.length, "byte"))?;
    let width = decoded.fields.iter().map(|field| widest(field, 0)).max().unwrap_or(0);
    for field in &decoded.fields {
        line(field, 0, width, out)?;
    }
    writeln!(out)?;
    if decoded.cbor {
        remarks("CTAP2 canonical form", "holds", &decoded.remarks.flaws, out)?;
    }
    if !decoded.remarks.breaches.is_empty() {
        remarks("other rules", "", &decoded.remarks.breaches, out)?;
    } else if !decoded.cbor {
        writeln!(out, "nothing remarkable")?;
    }
    Ok(())
}

/// The same without offsets, one line for each field.
pub(crate) fn lines(decoded: &Decoded) -> Vec<Line> {
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

fn line(field: &Field, depth: usize, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let offset = field.span.map_or(String::new(), |span| span.start.to_string());
    let label = format!("{:indent$}{}", "", label(field), indent = 2 * depth);
    let row = format!("{offset:>6}  {label:<width$}  {}", field.text);
    writeln!(out, "{}", row.trim_end())?;
    if let Some(note) = &field.note {
        writeln!(out, "{:>8}{:width$}  {note}", "", "")?;
    }
    field.fields.iter().try_for_each(|inner| line(inner, depth + 1, width, out))
}

fn remarks(rules: &str, none: &str, list: &[Remark], out: &mut dyn Write) -> io::Result<()> {
    if list.is_empty() {
        return writeln!(out, "{rules}: {none}");
    }
    writeln!(out, "{rules}: {}", counted(list.len(), "flaw"))?;
    list.iter().try_for_each(|remark| writeln!(out, "{:>6}  {}", remark.at, remark.text))
}

fn label(field: &Field) -> String {
    match field.key {
        Some(key) if key.to_string() != field.name => format!("{} ({key})", field.name),
        _ => field.name.clone(),
    }
}

fn widest(field: &Field, depth: usize) -> usize {
    let own = label(field).chars().count() + 2 * depth;
    field.fields.iter().map(|inner| widest(inner, depth + 1)).fold(own, usize::max)
}
