//! Which status is mandated when (CTAP 2.3): one row a situation, each beside its nearest neighbour that succeeds.

mod assertions;
mod blobs;
mod configuration;
mod coverage;
mod elsewhere;
mod extensions;
mod fingers;
mod lists;
mod management;
mod messages;
mod options;
mod permissions;
mod pin_steps;
mod pins;
mod probes;
mod tokens;
mod users;

use std::vec::Vec;

use keyrig_ctap::message::client_pin::{Permissions, Request};
use keyrig_ctap::message::make_credential;
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Command, Status};

use super::platform::{Hand, Key, PIN, get_request, make_request, message, security_key};
use crate::Gesture;

struct Row {
    situation: &'static str,
    refused: Status,
    of: fn(&mut Attempt) -> Status,
    profile: fn() -> Profile,
}

/// One run of a row: with the defect, or the same without it.
struct Attempt {
    key: Key,
    defect: bool,
}

impl Attempt {
    fn make(&mut self, change: impl FnOnce(&mut make_credential::Request)) -> Status {
        let mut request = make_request();
        if self.defect {
            change(&mut request);
        }
        self.key.make(&request).err().unwrap_or(Status::OK)
    }

    fn make_verified(&mut self, change: impl FnOnce(&mut make_credential::Request)) -> Status {
        self.key.set_pin(Protocol::Two, PIN);
        let mut request = self.key.verified_make(make_request());
        if self.defect {
            change(&mut request);
        }
        self.key.make(&request).err().unwrap_or(Status::OK)
    }

    fn pin(&mut self, change: impl FnOnce(&mut Request)) -> Status {
        self.key.set_pin(Protocol::Two, PIN);
        let (_, mut request) = self.key.token_request(Protocol::Two, PIN, Permissions::MC);
        if self.defect {
            change(&mut request);
        }
        self.key.pin_command(&request).err().unwrap_or(Status::OK)
    }

    fn hand(&mut self, hand: Hand) {
        if self.defect {
            self.key.hand = hand;
        }
    }

    fn either<T>(&self, with: T, without: T) -> T {
        if self.defect { with } else { without }
    }
}

const fn row(
    situation: &'static str,
    refused: Status,
    profile: fn() -> Profile,
    of: fn(&mut Attempt) -> Status,
) -> Row {
    Row { situation, refused, of, profile }
}

/// Of CTAP 2.0: a PIN, no token with permissions, verification always needed to create.
fn old_key() -> Profile {
    let mut profile = security_key();
    profile.get_info.versions = ["FIDO_2_0".into()].to_vec();
    profile.get_info.options.remove("pinUvAuthToken");
    profile.get_info.options.remove("makeCredUvNotRqd");
    profile
}

const ALL: &[&[Row]] = &[
    assertions::ROWS,
    blobs::ROWS,
    configuration::ROWS,
    extensions::ROWS,
    fingers::ROWS,
    lists::ROWS,
    management::ROWS,
    messages::ROWS,
    options::ROWS,
    permissions::ROWS,
    pin_steps::ROWS,
    pins::ROWS,
    probes::ROWS,
    tokens::ROWS,
    users::ROWS,
];

impl Row {
    /// Runs it with the defect, or without it, and returns the attempt with the last request and reply still in it.
    fn run(&self, defect: bool) -> Attempt {
        let mut attempt = Attempt { key: Key::new(&(self.profile)()), defect };
        let told = (self.of)(&mut attempt);
        let (_, reply) = &attempt.key.last;
        assert_eq!(reply.first(), Some(&told.0), "{}: its status is not the last reply's", self.situation);
        attempt
    }
}

#[test]
fn each_situation_has_its_status_and_its_neighbour_has_none() {
    for row in ALL.iter().copied().flatten() {
        for defect in [true, false] {
            let attempt = row.run(defect);
            let expected = if defect { row.refused } else { Status::OK };
            assert_eq!(Status(attempt.key.last.1[0]), expected, "{}, defect: {defect}", row.situation);
        }
    }
}

#[test]
fn no_credentials_comes_before_the_touch() {
    let mut key = Key::new(&security_key());
    assert_eq!(key.get(&get_request(&[])), Err(Status::NO_CREDENTIALS));
    assert_eq!(key.prompts, 0);
}

#[test]
fn a_request_while_another_waits_is_refused_and_disturbs_nothing() {
    let mut key = Key::new(&security_key());
    let make = message(Command::MAKE_CREDENTIAL, &make_request().encode());
    let info = message(Command::GET_INFO, &[]);
    let now = key.now;
    assert_eq!(key.authenticator.handle(now, crate::Input::Request(&make)).count(), 1);
    let replies: Vec<_> = key.authenticator.handle(now, crate::Input::Request(&info)).collect();
    assert_eq!(replies, [crate::Output::Reply(Vec::from([Status::CHANNEL_BUSY.0]))]);
    let touched: Vec<_> = key.authenticator.handle(now, crate::Input::Gesture(Gesture::Touch)).collect();
    assert!(matches!(touched[..], [crate::Output::Persist(_)]));
}
