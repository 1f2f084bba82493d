use super::{Blow, Fault, matters};

pub(super) const FAULT: Fault = Fault {
    name: "duplicate",
    about: "a report arrives twice",
    strike: |packet| matters(&packet).then_some(Blow::Twice),
};
