//! The words a file may contain, as tables. The reader, the published JSON Schema and the list in the README are all
//! made from them, so none can say something that another does not.

use std::collections::BTreeSet;

use keyrig_ctap::Aaguid;
use keyrig_ctap::gesture::Script;
use serde_saphyr::Spanned;

use super::mistake::{Mistake, nearest};
use super::node::{Node, Placed, range};
use super::{condition, duration};

/// What a mapping may hold.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Its name in the schema.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) doc: &'static str,
    /// Its keys.
    pub(crate) keys: &'static [Key],
}

/// One key of a mapping.
#[derive(Debug)]
pub(crate) struct Key {
    /// As it is written.
    pub(crate) name: &'static str,
    /// What its value is.
    pub(crate) kind: Kind,
    /// Whether it has to be there.
    pub(crate) required: bool,
    /// What it means, in one sentence.
    pub(crate) doc: &'static str,
}

impl Key {
    /// A key that has to be there.
    pub(crate) const fn must(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, required: true, doc }
    }

    /// A key that may be there.
    pub(crate) const fn may(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, required: false, doc }
    }
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Any text that is not empty.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number, zero or more.
    Count,
    /// `90s`, `30m`, `24h`, `7d`.
    Duration,
    /// What a person does at the next prompts, `wait 2s, touch, wrong-finger x3`.
    Gestures,
    /// A day, `2027-01-31`.
    Day,
    /// An AAGUID, `2fc0579f-8113-47ea-b116-bb5a8db9202a`.
    Aaguid,
    /// Bytes in hexadecimal, `616c696365`.
    Hex,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words, or the last with something in parentheses: `policy(backup-state)`.
    WordOr(&'static [&'static str], &'static str),
    /// A name from a list that the program knows.
    Name(Names),
    /// `options.userVerification == required`.
    Condition,
    /// A list of these, at least one.
    List(&'static Kind),
    /// One of these or a list of them.
    OneOrMore(&'static Kind),
    /// A mapping.
    Map(&'static Shape),
    /// One of these words or exactly one key of this mapping.
    WordOrChoice(&'static [&'static str], &'static Shape),
    /// A tamper's id, or a mapping from one to its argument.
    Tamper,
    /// A step: exactly one verb of the first mapping, and any keys of the second.
    Step(&'static Shape, &'static Shape),
    /// What the control of a step does otherwise: keys of its verb; nothing takes one away.
    Control,
    /// Anything.
    Any,
}

/// Lists that the program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// Profiles of authenticators.
    Profile,
    /// Profiles of clients.
    Client,
    /// Reason classes.
    Reason,
    /// Policies of the built-in relying party.
    Policy,
}

/// The names that exist. Whoever loads files says which.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Profiles of authenticators.
    pub profiles: BTreeSet<String>,
    /// Profiles of clients.
    pub clients: BTreeSet<String>,
    /// Tampers.
    pub tampers: BTreeSet<String>,
    /// Policies of the built-in relying party.
    pub policies: BTreeSet<String>,
}

impl Vocabulary {
    /// The names that this crate has, with `profiles` of authenticators and `policies` of the built-in relying party.
    pub fn new<P: Into<String>, Q: Into<String>>(
        profiles: impl IntoIterator<Item = P>,
        policies: impl IntoIterator<Item = Q>,
    ) -> Self {
        let clients = crate::client::ClientProfile::all().iter().map(|profile| profile.id.clone());
        Self {
            profiles: profiles.into_iter().map(Into::into).collect(),
            clients: clients.collect(),
            tampers: crate::tamper::all().iter().map(|tamper| tamper.id.to_owned()).collect(),
            policies: policies.into_iter().map(Into::into).collect(),
        }
    }

    fn names(&self, of: Names) -> Vec<&str> {
        let set = match of {
            Names::Profile => &self.profiles,
            Names::Client => &self.clients,
            Names::Policy => &self.policies,
            Names::Reason => return keyrig_ctap::ReasonClass::ALL.iter().map(|class| class.as_str()).collect(),
        };
        set.iter().map(String::as_str).collect()
    }
}

/// Finds every mistake of `node`, which should be a `kind`.
pub(crate) fn check(node: &Placed, kind: Kind, known: &Vocabulary) -> Vec<Mistake> {
    let mut checker = Checker { known, mistakes: Vec::new() };
    checker.value(node, kind);
    checker.mistakes
}

struct Checker<'a> {
    known: &'a Vocabulary,
    mistakes: Vec<Mistake>,
}

impl Checker<'_> {
    fn value(&mut self, node: &Placed, kind: Kind) {
        match (kind, &node.value) {
            (Kind::Any | Kind::Control, _) | (Kind::Flag, Node::Flag(_)) => {}
            (Kind::Text, Node::Text(text)) if !text.trim().is_empty() => {}
            (Kind::Count, Node::Whole(0..)) => {}
            (Kind::Duration, Node::Text(text)) => self.fallible(node, duration::parse(text).map(drop)),
            (Kind::Gestures, Node::Text(text)) => {
                self.fallible(node, text.parse::<Script>().map(drop).map_err(|error| error.to_string()));
            }
            (Kind::Hex, Node::Text(text)) if is_hex(text) => {}
            (Kind::Day, Node::Text(text)) => self.fallible(node, crate::day::Day::parse(text).map(drop)),
            (Kind::Aaguid, Node::Text(text)) => {
                self.fallible(node, text.parse::<Aaguid>().map(drop).map_err(|_| format!("`{text}` is not an AAGUID")));
            }
            (Kind::Condition, Node::Text(text)) => self.fallible(node, condition::parse(text).map(drop)),
            (Kind::Word(words), Node::Text(text)) => self.one_of(node, text, words),
            (Kind::WordOr(words, last), Node::Text(text)) => self.word_or(node, text, words, last),
            (Kind::Name(names), Node::Text(text)) => self.name(node, text, names),
            (Kind::Tamper, Node::Text(text)) => self.tamper(&range(node), text),
            (Kind::Tamper, Node::Map(entries)) => self.tamper_with_argument(node, entries),
            (Kind::List(inner) | Kind::OneOrMore(inner), Node::List(items)) => self.list(node, items, *inner),
            (Kind::OneOrMore(inner), _) => self.value(node, *inner),
            (Kind::Map(shape), Node::Map(entries)) => self.map(node, entries, shape),
            (Kind::WordOrChoice(_, shape), Node::Map(entries)) => self.choice(node, entries, shape),
            (Kind::WordOrChoice(words, shape), Node::Text(text)) => {
                let keys = shape.keys.iter().map(|key| key.name);
                self.one_of(node, text, &words.iter().copied().chain(keys).collect::<Vec<_>>());
                if !words.contains(&text.as_str()) && shape.keys.iter().any(|key| key.name == text) {
                    self.add(node, format!("`{text}` needs a value: {{{text}: …}}"));
                }
            }
            (Kind::Step(verbs, around), Node::Map(entries)) => self.step(node, entries, verbs, around),
            (_, found) => self.add(node, format!("expected {}, found {}", describe(kind), found.what())),
        }
    }

    fn add(&mut self, node: &Placed, message: impl Into<String>) {
        self.mistakes.push(Mistake::at(range(node), message));
    }

    fn fallible(&mut self, node: &Placed, result: Result<(), String>) {
        if let Err(why) = result {
            self.add(node, why);
        }
    }

    fn one_of(&mut self, node: &Placed, text: &str, words: &[&str]) {
        if !words.contains(&text) {
            let mistake = Mistake::at(range(node), format!("`{text}` is not a choice here"));
            self.mistakes.push(mistake.nearest(text, words.iter().copied()));
        }
    }

    fn word_or(&mut self, node: &Placed, text: &str, words: &[&str], last: &str) {
        let argument = text.strip_prefix(last).and_then(|rest| rest.strip_prefix('(')?.strip_suffix(')'));
        if argument.is_none_or(|argument| argument.trim().is_empty()) && !words.contains(&text) {
            let form = format!("{last}(…)");
            let mistake = Mistake::at(range(node), format!("`{text}` is not a choice here"));
            self.mistakes.push(mistake.nearest(text, words.iter().copied().chain([form.as_str()])));
        }
    }

    fn name(&mut self, node: &Placed, text: &str, names: Names) {
        let known = self.known.names(names);
        if known.contains(&text) || (names == Names::Profile && is_path(text)) {
            return;
        }
        let noun = match names {
            Names::Profile => "profile",
            Names::Client => "client profile",
            Names::Reason => "reason class",
            Names::Policy => "policy",
        };
        let mistake = Mistake::at(range(node), format!("there is no {noun} `{text}`"));
        self.mistakes.push(mistake.nearest(text, known));
    }

    fn tamper(&mut self, span: &std::ops::Range<usize>, text: &str) {
        if !self.known.tampers.contains(text) {
            let mistake = Mistake::at(span.clone(), format!("there is no tamper `{text}`"));
            self.mistakes.push(mistake.nearest(text, self.known.tampers.iter().map(String::as_str)));
        }
    }

    fn tamper_with_argument(&mut self, node: &Placed, entries: &[(Spanned<String>, Placed)]) {
        match entries {
            [(id, _)] => self.tamper(&range(id), &id.value),
            _ => self.add(node, "expected a tamper's id, or one id and its argument"),
        }
    }

    fn list(&mut self, node: &Placed, items: &[Placed], inner: Kind) {
        if items.is_empty() {
            self.add(node, "expected at least one entry, found none");
        }
        for item in items {
            self.value(item, inner);
        }
    }

    fn map(&mut self, node: &Placed, entries: &[(Spanned<String>, Placed)], shape: &Shape) {
        self.keys(entries, &[shape]);
        let misspelt = |key: &Key| {
            let strangers = entries.iter().filter(|(name, _)| !has(shape, &name.value));
            strangers.into_iter().any(|(name, _)| nearest(&name.value, [key.name]).is_some())
        };
        let missing = |key: &&Key| key.required && node.value.get(key.name).is_none() && !misspelt(key);
        for key in shape.keys.iter().filter(missing) {
            let start = range(node).start;
            let mistake = Mistake::at(start..start, format!("`{}` is missing in this {}", key.name, shape.name));
            self.mistakes.push(mistake.help(key.doc));
        }
    }

    fn choice(&mut self, node: &Placed, entries: &[(Spanned<String>, Placed)], shape: &Shape) {
        self.keys(entries, &[shape]);
        if entries.len() != 1 {
            self.add(node, format!("expected exactly one key in this {}", shape.name));
        }
    }

    fn step(&mut self, node: &Placed, entries: &[(Spanned<String>, Placed)], verbs: &Shape, around: &Shape) {
        self.keys(entries, &[verbs, around]);
        let verbs_here: Vec<_> = entries.iter().filter(|(key, _)| has(verbs, &key.value)).collect();
        let strangers = entries.iter().any(|(key, _)| !has(verbs, &key.value) && !has(around, &key.value));
        match verbs_here.as_slice() {
            [(verb, _)] => self.control(node, &verb.value, verbs),
            [] if strangers => {}
            [] => self.add(node, "a step needs a verb"),
            [_, (second, _), ..] => {
                let message = format!("a step has one verb; `{}` begins another step", second.value);
                self.mistakes.push(Mistake::at(range(second), message));
            }
        }
    }

    fn control(&mut self, node: &Placed, verb: &str, verbs: &Shape) {
        let Some(control) = node.value.get("control") else { return };
        let shape = verbs.keys.iter().find(|key| key.name == verb).map(|key| key.kind);
        match (&control.value, shape) {
            (Node::Map(entries), Some(Kind::Map(shape))) => {
                let given: Vec<_> = entries.iter().filter(|(_, value)| value.value != Node::Null).cloned().collect();
                self.keys(&given, &[shape]);
            }
            (Node::Map(_), _) => self.add(control, format!("`{verb}` has nothing that a control could do otherwise")),
            (found, _) => self.add(control, format!("expected keys of `{verb}`, found {}", found.what())),
        }
    }

    fn keys(&mut self, entries: &[(Spanned<String>, Placed)], shapes: &[&Shape]) {
        for (name, value) in entries {
            let keys = || shapes.iter().flat_map(|shape| shape.keys);
            match keys().find(|key| key.name == name.value) {
                Some(key) => self.value(value, key.kind),
                None => {
                    let message = format!("there is no key `{}` in this {}", name.value, shapes[0].name);
                    let mistake = Mistake::at(range(name), message);
                    self.mistakes.push(mistake.nearest(&name.value, keys().map(|key| key.name)));
                }
            }
        }
    }
}

fn has(shape: &Shape, name: &str) -> bool {
    shape.keys.iter().any(|key| key.name == name)
}

/// Whether a profile's name is the path of a file.
pub(crate) fn is_path(text: &str) -> bool {
    text.ends_with(".yaml") || text.ends_with(".yml")
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What a kind is called in messages.
fn describe(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".into(),
        Kind::Flag => "true or false".into(),
        Kind::Count => "a whole number, zero or more".into(),
        Kind::Duration => "a time like `90s`, `30m`, `24h` or `7d`".into(),
        Kind::Gestures => "gestures like `wait 2s, touch, decline`".into(),
        Kind::Aaguid => "an AAGUID".into(),
        Kind::Hex => "hexadecimal digits in quotes, two a byte".into(),
        Kind::Day => "a day like `2027-01-31`".into(),
        Kind::Word(words) => format!("one of: {}", words.join(", ")),
        Kind::WordOr(words, last) => format!("one of: {}, {last}(…)", words.join(", ")),
        Kind::Name(Names::Profile) => "the name of a profile".into(),
        Kind::Name(Names::Client) => "the name of a client profile".into(),
        Kind::Name(Names::Reason) => "a reason class".into(),
        Kind::Name(Names::Policy) => "the name of a policy".into(),
        Kind::Condition => "a condition like `options.userVerification == required`".into(),
        Kind::List(inner) => format!("a list of entries that are {}", describe(*inner)),
        Kind::OneOrMore(inner) => describe(*inner),
        Kind::Map(shape) => format!("a {}", shape.name),
        Kind::WordOrChoice(words, shape) => format!("one of: {}, or a {}", words.join(", "), shape.name),
        Kind::Tamper => "the id of a tamper".into(),
        Kind::Step(..) => "a step".into(),
        Kind::Control => "keys of the step's verb".into(),
        Kind::Any => "anything".into(),
    }
}
