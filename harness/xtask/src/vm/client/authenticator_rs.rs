//! Mozilla's crate `authenticator`, which Firefox speaks to keys with.

use super::super::programs;
use super::{Client, Row};

pub(super) const CLIENT: Client = Client {
    name: "authenticator-rs",
    needs: programs::NEEDS,
    prepare: programs::build,
    seconds: 90,
    rows: &[
        Row { ceremony: "register and sign in", play: |desk| programs::by_touch(desk, NAME, "default") },
        Row { ceremony: "a PIN verifies the user", play: |desk| programs::by_pin(desk, NAME, "default") },
    ],
    alone: &[],
};

const NAME: &str = "authenticator-rs";
