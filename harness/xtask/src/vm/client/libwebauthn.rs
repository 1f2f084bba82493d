//! The crate `libwebauthn`, the platform library of Linux desktops.

use super::super::desk::{Desk, Red};
use super::super::programs;
use super::{Client, Row};

pub(super) const CLIENT: Client = Client {
    name: "libwebauthn",
    needs: programs::NEEDS,
    prepare: programs::build,
    seconds: 55,
    rows: &[
        Row { ceremony: "register and sign in", play: |desk| tolerant(desk, programs::by_touch) },
        Row { ceremony: "a PIN verifies the user", play: |desk| tolerant(desk, programs::by_pin) },
    ],
    alone: &[],
};

const NAME: &str = "libwebauthn";

/// libwebauthn 0.11.0 writes the members of an attestation object in another order than the canonical one. Decoders
/// should reject that, and many relying parties do not, so its ceremonies are held at one of those.
fn tolerant(desk: &mut Desk, ceremonies: fn(&mut Desk, &str, &str) -> Result<(), Red>) -> Result<(), Red> {
    desk.put("tolerant.yaml", "attestation_object_order: any\n")?;
    ceremonies(desk, NAME, "./tolerant.yaml")
}
