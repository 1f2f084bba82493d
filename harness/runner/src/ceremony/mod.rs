//! One ceremony from end to end: options, client, authenticator, lies, result, session check.

mod gather;
mod genuine;
mod order;
mod play;
mod record;

use serde_json::Value;

use crate::client::{Link, hints_followed};
use crate::device::Device;
use crate::outcome::Outcome;
use crate::tamper::Foil;
use crate::target::{Acquaintance, Options, Session};
use play::{Played, play};

pub(crate) use genuine::has_a_way;
pub use order::{Ceremony, OptionsRequest, Order};
pub use record::{CeremonyError, Record, SessionCheck, Stage};

/// Performs one ceremony: asks `session` for options, has the client and `device` answer them with the order's lies,
/// and hands the answer in.
///
/// # Errors
///
/// [`CeremonyError`] where a lie cannot be told or the surroundings fail; whatever the target does is an outcome.
pub async fn perform(
    order: &Order<'_>,
    device: &mut dyn Device,
    session: &mut Session,
) -> Result<Record, CeremonyError> {
    order.check_tampers()?;
    session.take_exchanges();
    let mut link = Link::new(device);
    let mut record = Record::new(order);
    let http_origin = order.http_origin().to_owned();
    match session.options(order.ceremony, order.user, &order.request, &http_origin).await? {
        Options::Refused(outcome) => record.outcome = outcome,
        Options::Given(options) => {
            record.options = options;
            record.hints = hints_followed(&record.options, &link.describe());
            let foil = gather::foil(order, &record.options, &mut link, session).await?;
            answer(order, foil, &mut link, session, &mut record).await?;
        }
    }
    record.ctap = link.take_log();
    record.session = session.check().await;
    record.exchanges = session.take_exchanges();
    Ok(record)
}

/// The part of a ceremony that has options.
async fn answer(
    order: &Order<'_>,
    foil: Foil,
    link: &mut Link<'_>,
    session: &mut Session,
    record: &mut Record,
) -> Result<(), CeremonyError> {
    match play(order, &record.options, foil, link)? {
        Played::Stopped(error) => {
            record.stage = Stage::Client;
            record.outcome = Outcome::ClientRefused { name: error.name.to_owned(), message: error.message };
        }
        Played::Answered(mut answered) => {
            answered.fields.extend(genuine::overtake(order, &answered.credential, link, session).await?);
            record.stage = Stage::Result;
            record.outcome = session.result(order.ceremony, &answered.credential, order.http_origin()).await;
            record.client_data_json = answered.client_data_json;
            record.credential = answered.credential;
            record.credential_id = Some(crate::base64url::encode(&answered.credential_id));
            record.fields = answered.fields;
            if let (Ceremony::Registration, Some(user), true) =
                (order.ceremony, order.user, record.outcome.is_accepted())
            {
                let (user_handle, credential_id) = (gather::user_handle(&record.options), Some(answered.credential_id));
                session.target().remember(user, Acquaintance { user_handle, credential_id });
            }
        }
    }
    Ok(())
}

impl Record {
    fn new(order: &Order<'_>) -> Self {
        Self {
            ceremony: order.ceremony,
            user: order.user.map(str::to_owned),
            options: Value::Null,
            client_data_json: String::new(),
            credential: Value::Null,
            ctap: Vec::new(),
            exchanges: Vec::new(),
            stage: Stage::Options,
            outcome: Outcome::TimedOut,
            session: None,
            credential_id: None,
            client: order.client.id.clone(),
            tampers: order.tampers.iter().map(ToString::to_string).collect(),
            fields: Vec::new(),
            hints: None,
            ignored: order.ignore.names().map(str::to_owned).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
