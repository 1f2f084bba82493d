//! Decoded input for people: offset, name, value, and what is remarkable.

use std::io::{self, Write};

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

pub(super) fn label(field: &Field) -> String {
    match field.key {
        Some(key) if key.to_string() != field.name => format!("{} ({key})", field.name),
        _ => field.name.clone(),
    }
}

fn widest(field: &Field, depth: usize) -> usize {
    let own = label(field).chars().count() + 2 * depth;
    field.fields.iter().map(|inner| widest(inner, depth + 1)).fold(own, usize::max)
}
