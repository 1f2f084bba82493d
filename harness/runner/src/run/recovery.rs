//! Recoveries: what an account's owner, or somebody who says so, offers in place of a lost authenticator.

use serde_json::{Map, Value};

use super::actor::{Act, Stop, Take};
use super::ceremonies::PIN;
use super::world::World;
use crate::ceremony::{Ceremony, OptionsRequest};
use crate::client::{Client, ClientProfile, Ignore, Link, Mediation, Page, RequestOptions, Withhold};
use crate::device::Pin;
use crate::environment_error::EnvironmentError;
use crate::outcome::Outcome;
use crate::scenario::Recover;
use crate::target::{self, Options, Session};

impl World<'_> {
    pub(super) async fn recover(&mut self, recover: &Recover, take: Take) -> Result<Act, Stop> {
        let account = self.account(&recover.user);
        let mut session = self.target.session();
        let mut act = Act::done(format!("recover {account} by {}", recover.method));
        let mut arguments: Map<String, Value> = recover.proofs.as_object().cloned().unwrap_or_default();
        if let Some(device) = &recover.device {
            match self.assertion(device, &account, &mut session, take).await? {
                Ok(credential) => arguments.insert("credential".to_owned(), credential),
                Err(outcome) => {
                    act.outcome = outcome;
                    act.exchanges = session.take_exchanges();
                    return Ok(act);
                }
            };
        }
        arguments.insert("user".to_owned(), account.as_str().into());
        arguments.insert("method".to_owned(), recover.method.as_str().into());
        let answer = super::administration::say_in(&mut session, target::Verb::Recover, arguments.into()).await?;
        act.outcome = self.settled(answer.outcome).await;
        act.exchanges = session.take_exchanges();
        self.sessions.insert(account, session);
        Ok(act)
    }

    /// An assertion of `device` over a challenge of `session`, which is handed in as a proof and not as a sign-in.
    async fn assertion(
        &mut self,
        device: &str,
        account: &str,
        session: &mut Session,
        take: Take,
    ) -> Result<Result<Value, Outcome>, Stop> {
        let page =
            Page { http_origin: self.target.file().http_origin.clone(), ..Page::new(&self.target.file().origin) };
        let http_origin = page.http_origin.clone().unwrap_or_else(|| page.origin.clone());
        let ceremony = Ceremony::Authentication;
        let options = session.options(ceremony, Some(account), &OptionsRequest::default(), &http_origin).await?;
        let options = match options {
            Options::Given(options) => options,
            Options::Refused(outcome) => return Ok(Err(outcome)),
        };
        let seed = self.seed.of(&["recovery", &take.number.to_string(), &take.role.to_string()]);
        let held = self.devices.get_mut(device).ok_or_else(|| trouble(format!("no device is called {device}")))?;
        let choose = held.credentials.get(account).and_then(|id| crate::base64url::decode(id));
        let pin = held.device.pin();
        let client = Client {
            profile: ClientProfile::find(&self.settings.client).unwrap_or_else(ClientProfile::l3),
            page: &page,
            pin: pin.as_ref().map_or(PIN, Pin::as_str),
            ignore: Ignore::default(),
            withhold: Withhold::default(),
            transports: None,
            choose: choose.as_deref(),
            mediation: Mediation::default(),
            seed: seed.bytes(),
        };
        let made = RequestOptions::from_json(&options)
            .map_err(crate::client::Stop::from)
            .and_then(|options| client.get(&options, &mut Link::new(&mut *held.device), &mut |_| Ok(())));
        match made {
            Ok(made) => Ok(Ok(made.credential)),
            Err(crate::client::Stop::Refused(error)) => {
                Ok(Err(Outcome::ClientRefused { name: error.name.to_string(), message: error.message }))
            }
            Err(crate::client::Stop::Link(error)) => Err(Stop::Environment(EnvironmentError::Device(error))),
            Err(crate::client::Stop::CannotLie(why)) => Err(Stop::NotApplicable(why.to_string())),
            Err(crate::client::Stop::Unable(why)) => Err(Stop::NotApplicable(why)),
        }
    }
}

fn trouble(why: String) -> Stop {
    Stop::Environment(EnvironmentError::Target { why })
}
