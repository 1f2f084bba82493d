//! The part between options and answer: the client, the authenticator, and the lies of all three seams.

use std::sync::Arc;

use serde_json::Value;

use super::{Ceremony, CeremonyError, Order, genuine};
use crate::client::{Client, ClientDraft, ClientError, CreationOptions, Link, Made, RequestOptions, Stop, Withhold};
use crate::environment_error::EnvironmentError;
use crate::tamper::{Answer, CannotLie, Difference, DraftLie, Foil, Lie, TamperCall, difference};

/// What came of it.
pub(super) enum Played {
    /// The client stopped.
    Stopped(ClientError),
    /// There is an answer.
    Answered(Answered),
}

/// The answer, lies and all.
pub(super) struct Answered {
    pub(super) credential: Value,
    pub(super) client_data_json: String,
    pub(super) credential_id: Vec<u8>,
    pub(super) fields: Vec<Difference>,
}

/// Answers `options`, telling the order's lies on the way.
pub(super) fn play(
    order: &Order<'_>,
    options: &Value,
    foil: Foil,
    link: &mut Link<'_>,
) -> Result<Played, CeremonyError> {
    let foil = Arc::new(foil);
    let mut fields = Vec::new();
    let lies: Vec<_> = order.tampers.iter().filter_map(|call| DraftLie::new(call, &foil)).collect();
    let seam = link.device().lies().cloned();
    let mut withhold = Withhold::default();
    match (&seam, lies.is_empty()) {
        (Some(seam), false) => seam.arm(lies),
        (None, false) => withhold = genuine::withheld(order).ok_or_else(|| real_keys_do_not_lie(order))?,
        _ => {}
    }
    let honestly = seam.is_none();
    let made =
        without(withhold, order, options, link, &mut |draft| tell_client(order.tampers, &foil, draft, &mut fields));
    if let Some(report) = seam.map(|seam| seam.disarm()) {
        if let Some(failure) = report.failure {
            return Err(failure.into());
        }
        fields.extend(report.differences);
    }
    let made = match made {
        Ok(made) => made,
        Err(Stop::Refused(_)) if !fields.is_empty() || withhold != Withhold::default() => {
            return Err(nobody_goes_along(order).into());
        }
        Err(Stop::Refused(error)) => return Ok(Played::Stopped(error)),
        Err(Stop::Link(error)) => return Err(EnvironmentError::from(error).into()),
        Err(Stop::CannotLie(error)) => return Err(error.into()),
        Err(Stop::Unable(why)) => return Err(CeremonyError::Unable(why)),
    };
    let Made { client_data_json, credential, credential_id } = made;
    let mut answer = Answer(credential.clone());
    tell_wire(order.tampers, &foil, &mut answer)?;
    fields.extend(difference::of_answers(&credential, &answer.0));
    if honestly {
        fields.extend(genuine::differences(order, &credential)?);
    }
    let still_to_come = honestly && genuine::overtaken(order).is_some();
    if let (Some(call), true) = (order.tampers.first(), fields.is_empty() && !still_to_come) {
        return Err(call.cannot("it would change nothing").into());
    }
    Ok(Played::Answered(Answered { credential: answer.0, client_data_json, credential_id, fields }))
}

/// Answers `options` without a lie after the client's; `tell` is the client seam.
pub(super) fn honest(
    order: &Order<'_>,
    options: &Value,
    link: &mut Link<'_>,
    tell: &mut dyn FnMut(&mut ClientDraft) -> Result<(), CannotLie>,
) -> Result<Made, Stop> {
    without(Withhold::default(), order, options, link, tell)
}

/// The same by a client that leaves something out of its request.
fn without(
    withhold: Withhold,
    order: &Order<'_>,
    options: &Value,
    link: &mut Link<'_>,
    tell: &mut dyn FnMut(&mut ClientDraft) -> Result<(), CannotLie>,
) -> Result<Made, Stop> {
    let client = Client {
        profile: order.client,
        page: &order.page,
        pin: order.pin,
        ignore: order.ignore,
        withhold,
        transports: order.transports.as_deref(),
        choose: order.choose.as_deref(),
        mediation: order.mediation,
        seed: order.seed,
    };
    match order.ceremony {
        Ceremony::Registration => client.create(&CreationOptions::from_json(options)?, link, tell),
        Ceremony::Authentication => client.get(&RequestOptions::from_json(options)?, link, tell),
    }
}

fn tell_client(
    calls: &[TamperCall],
    foil: &Foil,
    draft: &mut ClientDraft,
    fields: &mut Vec<Difference>,
) -> Result<(), CannotLie> {
    let honest = draft.clone();
    for call in calls {
        if let Lie::Client(lie) = call.tamper.lie {
            lie(draft, &call.telling(foil)).map_err(|why| call.cannot(why))?;
        }
    }
    fields.extend(difference::of_client_drafts(&honest, draft));
    if foil.used_challenge.is_some() {
        let (path, honest) = ("clientData.challenge".to_owned(), "one that was never used".to_owned());
        let sent = format!("{}, with which a ceremony succeeded already", draft.client_data.challenge);
        fields.push(Difference { path, honest, sent });
    }
    Ok(())
}

fn tell_wire(calls: &[TamperCall], foil: &Foil, answer: &mut Answer) -> Result<(), CannotLie> {
    for call in calls {
        if let Lie::Wire(lie) = call.tamper.lie {
            lie(answer, &call.telling(foil)).map_err(|why| call.cannot(why))?;
        }
    }
    Ok(())
}

/// Lies are told after every check of the client, so it is the authenticator that stopped.
fn nobody_goes_along(order: &Order<'_>) -> CannotLie {
    let lie = order.tampers.iter().find(|call| !matches!(call.tamper.lie, Lie::Wire(_)));
    CannotLie { tamper: lie.map_or("authenticator", |call| call.tamper.id), why: "the authenticator does not go along" }
}

fn real_keys_do_not_lie(order: &Order<'_>) -> CannotLie {
    let lie = order.tampers.iter().find(|call| matches!(call.tamper.lie, Lie::Authenticator(_)));
    CannotLie { tamper: lie.map_or("authenticator", |call| call.tamper.id), why: "a real key does not lie" }
}

/// Why a ceremony that a lie needs came to nothing.
pub(super) fn stopped(stop: Stop, call: &TamperCall) -> CeremonyError {
    match stop {
        Stop::Refused(_) => call.cannot("the honest ceremony before it stopped at the client").into(),
        Stop::Link(error) => EnvironmentError::from(error).into(),
        Stop::CannotLie(error) => error.into(),
        Stop::Unable(why) => CeremonyError::Unable(why),
    }
}
