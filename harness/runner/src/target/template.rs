//! Filling in `{name}`.

use serde_json::{Map, Value};

/// `text` with each `{name}` replaced.
///
/// # Errors
///
/// The name of an argument that is not there.
pub(super) fn fill_text(text: &str, arguments: &Map<String, Value>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = next_placeholder(rest) {
        out.push_str(before);
        match arguments.get(name) {
            Some(Value::String(value)) => out.push_str(value),
            Some(value) => out.push_str(&value.to_string()),
            None => return Err(name.to_owned()),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// `body` with each `{name}` replaced; a member that is nothing but one keeps the argument's type, or goes where there
/// is no such argument.
///
/// # Errors
///
/// The name of an argument that is not there.
pub(super) fn fill_body(body: &Value, arguments: &Map<String, Value>) -> Result<Value, String> {
    match body {
        Value::String(text) => match whole_placeholder(text) {
            Some(name) => arguments.get(name).cloned().ok_or_else(|| name.to_owned()),
            None => fill_text(text, arguments).map(Value::String),
        },
        Value::Array(items) => items.iter().map(|item| fill_body(item, arguments)).collect(),
        Value::Object(members) => {
            let there = |value: &Value| match value.as_str().and_then(whole_placeholder) {
                Some(name) => arguments.contains_key(name),
                None => true,
            };
            members
                .iter()
                .filter(|(_, value)| there(value))
                .map(|(name, value)| Ok((name.clone(), fill_body(value, arguments)?)))
                .collect::<Result<Map<_, _>, _>>()
                .map(Value::Object)
        }
        other => Ok(other.clone()),
    }
}

fn whole_placeholder(text: &str) -> Option<&str> {
    match next_placeholder(text)? {
        ("", name, "") => Some(name),
        _ => None,
    }
}

fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let mut from = 0;
    loop {
        let open = from + text[from..].find('{')?;
        let close = open + text[open..].find('}')?;
        let name = &text[open + 1..close];
        if is_name(name) {
            return Some((&text[..open], name, &text[close + 1..]));
        }
        from = open + 1;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arguments() -> Map<String, Value> {
        json!({"user": "alice", "groups": ["a", "b"], "tier": 0}).as_object().cloned().unwrap()
    }

    #[test]
    fn text_is_filled_in() {
        assert_eq!(fill_text("/users/{user}?t={tier}", &arguments()), Ok("/users/alice?t=0".to_owned()));
        assert_eq!(fill_text("{\"a\": {user}}", &arguments()), Ok("{\"a\": alice}".to_owned()));
        assert_eq!(fill_text("/{missing}", &arguments()), Err("missing".to_owned()));
    }

    #[test]
    fn bodies_keep_types_and_lose_what_is_not_there() {
        let body = json!({"name": "{user}", "groups": "{groups}", "note": "for {user}", "maybe": "{missing}", "n": 1});
        let filled = json!({"name": "alice", "groups": ["a", "b"], "note": "for alice", "n": 1});
        assert_eq!(fill_body(&body, &arguments()), Ok(filled));
        assert_eq!(fill_body(&json!({"note": "for {missing}"}), &arguments()), Err("missing".to_owned()));
    }
}
