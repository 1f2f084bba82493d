//! Conditions of `applies:`: whom a scenario is about.

use std::fmt;

use serde_json::Value;

/// `options.userVerification == required`, `target.declares.origins`, `target.can.advance-clock`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What it looks at.
    pub subject: Subject,
    /// What it should be; `None` means that it is there and not `false`.
    pub test: Option<(Comparison, String)>,
}

/// What a condition looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A member of the options of the ceremony under test, by its path.
    Options(Vec<String>),
    /// What the target file declares.
    Declares(String),
    /// A verb of the target.
    Can(String),
}

/// How a condition compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The same; of a list, one member.
    Equal,
    /// Not the same; of a list, no member.
    Different,
}

/// Reads one condition.
pub(crate) fn parse(text: &str) -> Result<Condition, String> {
    let wrong = |why: &str| format!("{why}; a condition is like `options.userVerification == required`");
    let (subject, test) = [(" == ", Comparison::Equal), (" != ", Comparison::Different)]
        .into_iter()
        .find_map(|(sign, comparison)| text.split_once(sign).map(|(left, right)| (left, Some((comparison, right)))))
        .unwrap_or((text, None));
    let words: Vec<String> = subject.trim().split('.').map(str::to_owned).collect();
    if words.iter().any(|word| word.is_empty() || word.contains(char::is_whitespace)) {
        return Err(wrong(&format!("`{}` is not a path of names", subject.trim())));
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let subject = match words.as_slice() {
        ["options", path @ ..] if !path.is_empty() => {
            Subject::Options(path.iter().map(|word| (*word).to_owned()).collect())
        }
        ["target", "declares", key] => Subject::Declares((*key).to_owned()),
        ["target", "can", verb] => Subject::Can((*verb).to_owned()),
        _ => {
            return Err(wrong(&format!("`{}` is none of options.…, target.declares.…, target.can.…", words.join("."))));
        }
    };
    let test = match test {
        Some((_, value)) if value.trim().is_empty() => return Err(wrong("the value is missing")),
        Some((comparison, value)) => Some((comparison, value.trim().to_owned())),
        None => None,
    };
    Ok(Condition { subject, test })
}

impl Condition {
    /// Whether `found` meets it.
    pub fn holds(&self, found: Option<&Value>) -> bool {
        let matches = |value: &Value, text: &str| match value {
            Value::String(string) => string == text,
            other => serde_json::to_string(other).is_ok_and(|json| json == text),
        };
        let any = |text: &str| match found {
            Some(Value::Array(items)) => items.iter().any(|item| matches(item, text)),
            Some(value) => matches(value, text),
            None => false,
        };
        match &self.test {
            None => !matches!(found, None | Some(Value::Null | Value::Bool(false))),
            Some((Comparison::Equal, text)) => any(text),
            Some((Comparison::Different, text)) => !any(text),
        }
    }

    /// The member of `options` that it looks at; where a list is on the way, the members of its entries.
    pub fn find(path: &[String], options: &Value) -> Option<Value> {
        let Some((first, rest)) = path.split_first() else { return Some(options.clone()) };
        match options {
            Value::Object(members) => Self::find(rest, members.get(first)?),
            Value::Array(items) => {
                let found: Vec<Value> = items.iter().filter_map(|item| Self::find(path, item)).collect();
                (!found.is_empty()).then_some(Value::Array(found))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Options(path) => write!(f, "options.{}", path.join("."))?,
            Subject::Declares(key) => write!(f, "target.declares.{key}")?,
            Subject::Can(verb) => write!(f, "target.can.{verb}")?,
        }
        match &self.test {
            Some((Comparison::Equal, value)) => write!(f, " == {value}"),
            Some((Comparison::Different, value)) => write!(f, " != {value}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_read_and_print_themselves() {
        for text in ["options.userVerification == required", "target.declares.origins", "target.can.recover"] {
            assert_eq!(parse(text).expect(text).to_string(), text);
        }
        for wrong in ["", "options", "option.userVerification == required", "options. == x", "options.x == ", "a b"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lists_are_looked_through() {
        let options = json!({"pubKeyCredParams": [{"alg": -7}, {"alg": -8}], "attestation": "none"});
        let holds = |text: &str| {
            let condition = parse(text).expect(text);
            let Subject::Options(path) = &condition.subject else { panic!("options") };
            condition.holds(Condition::find(path, &options).as_ref())
        };
        assert!(holds("options.pubKeyCredParams.alg == -8"));
        assert!(!holds("options.pubKeyCredParams.alg == -257"));
        assert!(holds("options.attestation != direct"));
        assert!(!holds("options.extensions"));
        assert!(!holds("options.attestation == direct"));
    }
}
