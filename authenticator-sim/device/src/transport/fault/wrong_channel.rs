use keyrig_ctap::ctaphid::{Channel, Packet};

use super::{Blow, Fault, matters};

pub(super) const FAULT: Fault = Fault {
    name: "wrong-channel",
    about: "a report arrives on a channel that is not its own",
    strike: |packet| matters(&packet).then(|| Blow::Changed(elsewhere(packet))),
};

fn elsewhere(packet: Packet) -> Packet {
    let other = Channel(!packet.channel().0);
    match packet {
        Packet::Initialization(packet) => {
            Packet::Initialization(keyrig_ctap::ctaphid::Initialization { channel: other, ..packet })
        }
        Packet::Continuation(packet) => {
            Packet::Continuation(keyrig_ctap::ctaphid::Continuation { channel: other, ..packet })
        }
    }
}
