//! Situations that no single request to a willing key makes: a key that is busy, a card, and CTAPHID.

use std::vec::Vec;

use keyrig_ctap::Command;

use super::super::card;
use super::super::platform::{Key, make_request, message, security_key};
use super::coverage::Observation;
use crate::ctaphid;
use crate::{Input, Output};

pub(super) fn observed() -> Vec<Observation> {
    let mut observed = Vec::from([busy(), a_card_long_on_its_reader()]);
    observed.extend(ctaphid::tests::observed().into_iter().map(|(situation, command, answer)| {
        let code = keyrig_ctap::ctaphid::ErrorCode(answer.payload[0]);
        assert_eq!(answer.command, keyrig_ctap::ctaphid::Command::ERROR, "{situation}");
        Observation::of_ctaphid(situation, command, code)
    }));
    observed
}

fn busy() -> Observation {
    let mut key = Key::new(&security_key());
    let make = message(Command::MAKE_CREDENTIAL, &make_request().encode());
    let info = message(Command::GET_INFO, &[]);
    assert!(matches!(key.authenticator.handle(key.now, Input::Request(&make)).last(), Some(Output::Prompt(_))));
    let answer = key.authenticator.handle(key.now, Input::Request(&info)).last();
    let Some(Output::Reply(reply)) = answer else { panic!("{answer:?}") };
    Observation::of("a request while another waits", &info, &reply)
}

fn a_card_long_on_its_reader() -> Observation {
    let (request, reply) = card::long_on_its_reader();
    Observation::of("a card that lay on its reader too long to count as touched", &request, &reply)
}
