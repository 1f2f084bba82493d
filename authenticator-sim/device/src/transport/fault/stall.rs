use super::{Blow, Fault, matters};

pub(super) const FAULT: Fault = Fault {
    name: "stall",
    about: "a report is held back for a while, and all that follow with it",
    strike: |packet| matters(&packet).then_some(Blow::Late),
};
