//! A key that answers our own client as a genuine one does, but for bytes that are others: a credential, or why there is
//! none.
#![no_main]

use std::time::Duration;

use keyrig_runner::client::{
    Client, ClientProfile, CreationOptions, Ignore, Link, Mediation, Page, RequestOptions, Withhold,
};
use keyrig_runner::device::{Device, DeviceDescription, InProcess, LinkError};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

#[derive(Arbitrary, Debug)]
struct Session {
    bends: Vec<Bend>,
}

#[derive(Arbitrary, Debug)]
struct Bend {
    /// Which answer.
    nth: u8,
    how: How,
}

#[derive(Arbitrary, Debug)]
enum How {
    Flip(u16, u8),
    Cut(u16),
    Longer(Vec<u8>),
    Whole(Vec<u8>),
}

struct Bent {
    genuine: InProcess,
    bends: Vec<Bend>,
    answered: u8,
}

impl Device for Bent {
    fn transact(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        let mut answer = self.genuine.transact(message)?;
        for bend in self.bends.iter().filter(|bend| bend.nth == self.answered) {
            match &bend.how {
                How::Flip(at, by) => {
                    let length = answer.len().max(1);
                    if let Some(byte) = answer.get_mut(usize::from(*at) % length) {
                        *byte ^= by;
                    }
                }
                How::Cut(at) => answer.truncate((*at).into()),
                How::Longer(bytes) => answer.extend(bytes),
                How::Whole(bytes) => answer.clone_from(bytes),
            }
        }
        self.answered = self.answered.saturating_add(1);
        if self.answered > 100 { Err(LinkError("it was pulled out".to_owned())) } else { Ok(answer) }
    }

    fn grant(&mut self, span: Duration) {
        self.genuine.grant(span);
    }

    fn describe(&self) -> DeviceDescription {
        self.genuine.describe()
    }
}

fuzz_target!(|session: Session| {
    let genuine = InProcess::plug("ctap-2.3-everything", [1; 32]).expect("embedded");
    let mut key = Bent { genuine, bends: session.bends, answered: 0 };
    let page = Page::new("https://example.org");
    let client = Client {
        profile: ClientProfile::l3(),
        page: &page,
        pin: "123456",
        ignore: Ignore::default(),
        withhold: Withhold::default(),
        transports: None,
        choose: None,
        mediation: Mediation::Optional,
        seed: [2; 32],
    };
    let creation = CreationOptions::from_json(&json!({
        "rp": {"id": "example.org", "name": "Example"},
        "user": {"id": "AQ", "name": "alice", "displayName": "Alice"},
        "challenge": "AAECAw",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
        "excludeCredentials": [{"type": "public-key", "id": "BQ"}],
        "attestation": "direct",
        "extensions": {"credProps": true, "minPinLength": true, "largeBlob": {"support": "preferred"},
                       "prf": {"eval": {"first": "AQ"}}},
    }));
    let _ = client.create(&creation.expect("they are in order"), &mut Link::new(&mut key), &mut |_| Ok(()));
    let request = RequestOptions::from_json(&json!({
        "rpId": "example.org", "challenge": "AAECAw", "userVerification": "required",
        "extensions": {"largeBlob": {"read": true}, "prf": {"eval": {"first": "AQ", "second": "Ag"}}},
    }));
    let _ = client.get(&request.expect("they are in order"), &mut Link::new(&mut key), &mut |_| Ok(()));
});
