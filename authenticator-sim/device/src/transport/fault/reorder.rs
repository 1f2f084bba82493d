use super::{Blow, Fault, matters};

pub(super) const FAULT: Fault = Fault {
    name: "reorder",
    about: "a report arrives behind the one that follows it, or after a second where none does",
    strike: |packet| matters(&packet).then_some(Blow::AfterTheNext),
};
