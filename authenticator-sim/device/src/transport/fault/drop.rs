use super::{Blow, Fault, matters};

pub(super) const FAULT: Fault =
    Fault { name: "drop", about: "a report is lost", strike: |packet| matters(&packet).then_some(Blow::Lost) };
