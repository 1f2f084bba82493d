//! The challenge is in base64 with padding, as no client writes it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base64url;
use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/padded-challenge",
    ceremonies: BOTH,
    summary: "The challenge is in base64 with padding, as no client writes it.",
    changes: &["clientData.challenge"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let challenge = base64url::decode(&draft.client_data.challenge).ok_or("the challenge is not base64url")?;
    let padded = STANDARD.encode(&challenge);
    if padded == draft.client_data.challenge {
        return Err("the challenge reads the same in base64");
    }
    draft.client_data.challenge = padded;
    Ok(())
}
