//! Authenticators and targets that send rubbish: the client stops, and nothing breaks.

use std::time::Duration;

use serde_json::{Value, json};

use super::{YUBIKEY, creation, order, plug, register, request, run};
use crate::ceremony::Ceremony;
use crate::ceremony::play::honest;
use crate::client::{Link, Stop};
use crate::device::{Device, DeviceDescription, LinkError};
use crate::tamper::Foil;

/// Says again what a genuine authenticator said, one answer spoilt.
struct Parrot {
    description: DeviceDescription,
    answers: std::vec::IntoIter<Vec<u8>>,
}

impl Device for Parrot {
    fn transact(&mut self, _: &[u8]) -> Result<Vec<u8>, LinkError> {
        self.answers.next().ok_or_else(|| LinkError("it has nothing more to say".to_owned()))
    }

    fn grant(&mut self, _: Duration) {}

    fn describe(&self) -> DeviceDescription {
        self.description.clone()
    }
}

/// What a genuine authenticator answers in a ceremony.
fn recorded(ceremony: Ceremony, options: &Value) -> (DeviceDescription, Vec<Vec<u8>>) {
    let mut device = plug(YUBIKEY);
    if ceremony == Ceremony::Authentication {
        register(&mut device);
    }
    let description = device.describe();
    let mut link = Link::new(&mut device);
    honest(&order(ceremony, &[]), options, &mut link, &mut |_| Ok(())).unwrap();
    (description, link.take_log().into_iter().map(|exchange| exchange.response).collect())
}

fn spoilt(answer: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let step = (answer.len() / 16).max(1);
    let cut = (0..answer.len()).step_by(step).map(|end| answer[..end].to_vec());
    let flipped = (0..answer.len()).step_by(step).map(|at| {
        let mut bytes = answer.to_vec();
        bytes[at] ^= 0x3f;
        bytes
    });
    let longer = std::iter::once([answer, &[0; 3]].concat());
    cut.chain(flipped).chain(longer)
}

#[test]
fn an_authenticator_that_answers_rubbish_stops_the_client() {
    for (ceremony, options) in [(Ceremony::Registration, creation()), (Ceremony::Authentication, request())] {
        let (description, answers) = recorded(ceremony, &options);
        let mut stopped = 0;
        for index in 0..answers.len() {
            for bytes in spoilt(&answers[index]) {
                let mut said = answers.clone();
                said[index] = bytes;
                let mut parrot = Parrot { description: description.clone(), answers: said.into_iter() };
                let made = honest(&order(ceremony, &[]), &options, &mut Link::new(&mut parrot), &mut |_| Ok(()));
                stopped += usize::from(matches!(made, Err(Stop::Link(_) | Stop::Refused(_))));
            }
        }
        assert!(stopped > 50, "{} were noticed at {}", stopped, ceremony.as_str());
        let mut parrot = Parrot { description, answers: answers.into_iter() };
        assert!(honest(&order(ceremony, &[]), &options, &mut Link::new(&mut parrot), &mut |_| Ok(())).is_ok());
    }
}

fn pointers(json: &Value, at: &str) -> Vec<String> {
    let inside = |name: &str, value: &Value| pointers(value, &format!("{at}/{name}"));
    let mut all = vec![at.to_owned()];
    match json {
        Value::Object(members) => all.extend(members.iter().flat_map(|(name, value)| inside(name, value))),
        Value::Array(items) => all.extend(items.iter().enumerate().flat_map(|(n, v)| inside(&n.to_string(), v))),
        _ => {}
    }
    all
}

#[test]
fn options_that_are_rubbish_stop_the_client() {
    for (ceremony, options) in [(Ceremony::Registration, creation()), (Ceremony::Authentication, request())] {
        let mut device = plug(YUBIKEY);
        register(&mut device);
        for pointer in pointers(&options, "") {
            for rubbish in [json!(null), json!(-1), json!("\u{0}%"), json!([[]]), json!({"id": {}})] {
                let mut options = options.clone();
                *options.pointer_mut(&pointer).unwrap() = rubbish;
                let answer = run(&order(ceremony, &[]), &options, Foil::default(), &mut device);
                let required =
                    matches!(pointer.as_str(), "" | "/challenge" | "/user" | "/user/id" | "/pubKeyCredParams");
                assert!(!required || answer.is_err(), "{pointer}");
            }
        }
    }
}
