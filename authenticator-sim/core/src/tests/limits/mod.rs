//! Every member that has a limit: at the limit and one within it passes, one beyond has its status. Where getInfo tells
//! the limit, it is read from there.

mod blobs;
mod ceremonies;
mod management;
mod pins;

use std::vec::Vec;

use keyrig_ctap::Status;
use keyrig_ctap::cbor::{Tree, Value};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::profile::Profile;

use super::platform::Key;

/// A member and its limit.
struct Limit {
    member: &'static str,
    profile: fn() -> Profile,
    /// The limit, by getInfo or by the specification.
    says: fn(&Info) -> u64,
    side: Side,
    /// What one beyond means: 1 unless the member comes in blocks.
    step: u64,
    /// Status at the limit.
    at: Status,
    /// Status within it.
    within: Status,
    beyond: Status,
    attempt: fn(&mut Key, u64) -> Status,
}

/// Where a limit's other side lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// There may be no more.
    Most,
    /// There may be no fewer.
    Least,
    /// There may be neither.
    Exactly,
}

impl Limit {
    const fn new(member: &'static str, side: Side, says: fn(&Info) -> u64, beyond: Status) -> Self {
        let attempt: fn(&mut Key, u64) -> Status = |_, _| panic!("a limit without an attempt");
        Self {
            member,
            profile: super::fingers::everything,
            says,
            side,
            step: 1,
            at: Status::OK,
            within: Status::OK,
            beyond,
            attempt,
        }
    }

    const fn most(member: &'static str, says: fn(&Info) -> u64, beyond: Status) -> Self {
        Self::new(member, Side::Most, says, beyond)
    }

    const fn least(member: &'static str, says: fn(&Info) -> u64, beyond: Status) -> Self {
        Self::new(member, Side::Least, says, beyond)
    }

    const fn exactly(member: &'static str, says: fn(&Info) -> u64, beyond: Status) -> Self {
        Self::new(member, Side::Exactly, says, beyond)
    }

    const fn of(self, profile: fn() -> Profile) -> Self {
        Self { profile, ..self }
    }

    const fn in_blocks_of(self, step: u64) -> Self {
        Self { step, ..self }
    }

    /// For what succeeds with another status than that of success.
    const fn met_by(self, at: Status) -> Self {
        Self { at, within: at, ..self }
    }

    /// For what succeeds otherwise short of its limit.
    const fn but_within(self, within: Status) -> Self {
        Self { within, ..self }
    }

    const fn by(self, attempt: fn(&mut Key, u64) -> Status) -> Self {
        Self { attempt, ..self }
    }

    fn check(&self) {
        let limit = (self.says)(&Key::new(&(self.profile)()).info());
        let try_at = |n: u64| (self.attempt)(&mut Key::new(&(self.profile)()), n);
        assert_eq!(try_at(limit), self.at, "{} at its limit {limit}", self.member);
        let (above, below) = match self.side {
            Side::Most => (self.beyond, self.within),
            Side::Least => (self.within, self.beyond),
            Side::Exactly => (self.beyond, self.beyond),
        };
        assert_eq!(try_at(limit + self.step), above, "{} above {limit}", self.member);
        assert_eq!(try_at(limit - self.step), below, "{} below {limit}", self.member);
    }
}

const ALL: &[&[Limit]] = &[blobs::LIMITS, ceremonies::LIMITS, management::LIMITS, pins::LIMITS];

#[test]
fn at_its_limit_a_member_passes_and_one_beyond_it_does_not() {
    ALL.iter().copied().flatten().for_each(Limit::check);
}

fn status<T>(result: Result<T, Status>) -> Status {
    result.err().unwrap_or(Status::OK)
}

/// A parameter that is right as far as it goes.
fn of_length(mut param: Vec<u8>, length: u64) -> Vec<u8> {
    param.resize(usize::try_from(length).unwrap(), 0);
    param
}

/// A length that some buffer is to have.
fn bytes(length: u64) -> Vec<u8> {
    std::vec![7; usize::try_from(length).unwrap()]
}

/// A request in which member `key` is `value`, whatever its type would not let it be.
fn with_member(request: &[u8], key: u64, value: Value) -> Vec<u8> {
    let Value::Map(mut members) = Value::from(&Tree::parse(request).unwrap().root) else { panic!("a map") };
    members.retain(|(other, _)| *other != Value::Unsigned(key));
    members.push((Value::Unsigned(key), value));
    Value::Map(members).to_canonical()
}
