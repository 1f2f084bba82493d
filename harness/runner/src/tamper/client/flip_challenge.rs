//! One bit of the challenge is another one.

use crate::base64url;
use crate::client::ClientDraft;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/flip-challenge",
    ceremonies: BOTH,
    summary: "One bit of the challenge is another one.",
    changes: &["clientData.challenge"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let mut challenge = base64url::decode(&draft.client_data.challenge).ok_or("the challenge is not base64url")?;
    *challenge.last_mut().ok_or("the challenge is empty")? ^= 1;
    draft.client_data.challenge = base64url::encode(&challenge);
    Ok(())
}
