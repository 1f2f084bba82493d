//! Whether a document holds another.

use serde_json::Value;

/// The first member of `wanted` that `found` has not, in words. Members that `wanted` does not name may be anything; of
/// a list, each wanted entry has to be held by one that was found.
pub(super) fn difference(wanted: &Value, found: &Value) -> Option<String> {
    at("", wanted, found)
}

fn at(path: &str, wanted: &Value, found: &Value) -> Option<String> {
    let here = if path.is_empty() { "the document" } else { path };
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => wanted.iter().find_map(|(name, wanted)| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            match found.get(name) {
                Some(found) => at(&path, wanted, found),
                None if wanted.is_null() => None,
                None => Some(format!("{path} is missing")),
            }
        }),
        (Value::Array(wanted), Value::Array(found)) => wanted
            .iter()
            .find(|wanted| found.iter().all(|found| difference(wanted, found).is_some()))
            .map(|wanted| format!("{here} has no {wanted}")),
        _ if wanted == found => None,
        _ => Some(format!("{here} is {found}, not {wanted}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_wanted_has_to_be_there_and_the_rest_may() {
        let found = json!({"a": 1, "list": [{"alg": -7, "type": "public-key"}, {"alg": -8}], "n": {"m": "x"}});
        for held in [json!({}), json!({"a": 1}), json!({"list": [{"alg": -8}]}), json!({"n": {"m": "x"}, "gone": null})]
        {
            assert_eq!(difference(&held, &found), None, "{held}");
        }
        let missing = [
            (json!({"a": 2}), "a is 1, not 2"),
            (json!({"b": 1}), "b is missing"),
            (json!({"list": [{"alg": -257}]}), "list has no {\"alg\":-257}"),
            (json!({"n": {"m": "y"}}), "n.m is \"x\", not \"y\""),
            (json!({"n": null}), "n is {\"m\":\"x\"}, not null"),
        ];
        for (wanted, words) in missing {
            assert_eq!(difference(&wanted, &found).as_deref(), Some(words));
        }
    }
}
