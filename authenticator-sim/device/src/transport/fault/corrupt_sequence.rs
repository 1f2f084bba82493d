use keyrig_ctap::ctaphid::{Continuation, Packet};

use super::{Blow, Fault};

pub(super) const FAULT: Fault = Fault {
    name: "corrupt-sequence",
    about: "a continuation packet arrives with a number that is not the next",
    strike: |packet| match packet {
        Packet::Initialization(_) => None,
        Packet::Continuation(packet) => Some(Blow::Changed(Packet::Continuation(skipping(packet)))),
    },
};

const fn skipping(packet: Continuation) -> Continuation {
    Continuation { sequence: (packet.sequence + 1) & 0x7f, ..packet }
}
