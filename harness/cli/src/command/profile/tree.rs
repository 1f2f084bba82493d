//! A profile as a tree of names and values.

use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::profile::Profile;
use serde_json::{Map, Value};

/// The profile as JSON; members that say nothing are left out.
pub(super) fn of(profile: &Profile) -> Value {
    strip(serde_json::to_value(profile).expect("a profile is plain data"))
}

/// Every leaf by its path, in the order of the profile: `get_info.options.rk`.
pub(super) fn leaves(value: &Value) -> Vec<(String, String)> {
    let mut out = Vec::new();
    gather("", value, &mut out);
    out
}

fn gather(path: &str, value: &Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                gather(&path, member, out);
            }
        }
        Value::Array(items) if path.ends_with("algorithms") => out.push((path.to_owned(), algorithms(items))),
        _ => out.push((path.to_owned(), scalar(value))),
    }
}

fn algorithms(items: &[Value]) -> String {
    let name = |item: &Value| item.as_i64().map_or_else(|| scalar(item), |n| Algorithm(n).to_string());
    items.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// A value in one line.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(scalar).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn strip(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept =
                members.into_iter().map(|(name, member)| (name, strip(member))).filter(|(_, member)| says(member));
            Value::Object(kept.collect::<Map<_, _>>())
        }
        other => other,
    }
}

fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    }
}
