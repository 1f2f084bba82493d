//! The authenticator makes a key of an algorithm that the options do not offer.

use keyrig_ctap::cose::Algorithm;

use crate::client::ClientDraft;
use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "client/algorithm-not-offered",
    ceremonies: REGISTRATION,
    summary: "The authenticator makes a key of an algorithm that the options do not offer.",
    changes: &["pubKeyCredParams"],
    argument: Argument::Optional("algorithm"),
    need: Need::Nothing,
    lie: Lie::Client(lie),
};

fn lie(draft: &mut ClientDraft, telling: &Telling<'_>) -> Result<(), &'static str> {
    const CANDIDATES: [Algorithm; 3] = [Algorithm::EDDSA, Algorithm::ES256, Algorithm::RS256];
    let algorithm = match telling.argument {
        Some(text) => text.parse().map_err(|_| "the algorithm has neither a known name nor a number")?,
        None => {
            let able = |candidate: &Algorithm| draft.supported.is_empty() || draft.supported.contains(candidate);
            let mut candidates = CANDIDATES.iter().chain(&draft.supported).copied().filter(able);
            let not_offered = candidates.find(|candidate| !draft.algorithms.contains(candidate));
            not_offered.ok_or("every algorithm that the authenticator has is offered")?
        }
    };
    draft.algorithms = vec![algorithm];
    Ok(())
}
