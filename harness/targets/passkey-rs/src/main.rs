//! passkey-rs does ceremonies on demand, CBOR in to CBOR out: a line on standard input names one, `registration` or
//! `authentication`, and how often; the answer is the time it took, in nanoseconds.

use std::fmt::Debug;
use std::hint::black_box;
use std::io::{self, BufRead};
use std::time::{Duration, Instant};

use ciborium::Value;
use ciborium::value::Integer;
use keyrig_target_passkey_rs::Agrees;
use passkey_authenticator::Authenticator;
use passkey_crypto::AvailableBackend;
use passkey_types::Passkey;
use passkey_types::ctap2::{Aaguid, make_credential};
use serde::Serialize;
use serde::de::DeserializeOwned;

const RP_ID: &str = "corp.example.com";
const ES256: i64 = -7;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut authenticator = Authenticator::new(Aaguid::new_empty(), None::<Passkey>, Agrees, AvailableBackend);
    let registration = bytes(&registration());
    let made: make_credential::Response = done(authenticator.make_credential(typed(&registration)).await);
    let id = made.auth_data.attested_credential_data.expect("a registration has a credential").credential_id().to_vec();
    let mut authentication = bytes(&authentication(&id));
    for line in io::stdin().lock().lines() {
        let line = line.expect("standard input is text");
        let (ceremony, times) = line.split_once(' ').expect("a ceremony and how often");
        let times: u32 = times.parse().expect("how often is a number");
        let mut took = Duration::ZERO;
        for _ in 0..times {
            let begin = Instant::now();
            match ceremony {
                "registration" => {
                    let made = done(authenticator.make_credential(typed(black_box(&registration))).await);
                    black_box(bytes(&made));
                    took += begin.elapsed();
                    // There is room for one credential.
                    let data = made.auth_data.attested_credential_data.expect("a registration has a credential");
                    authentication = bytes(&self::authentication(data.credential_id()));
                }
                "authentication" => {
                    black_box(bytes(&done(authenticator.get_assertion(typed(black_box(&authentication))).await)));
                    took += begin.elapsed();
                }
                other => panic!("no ceremony is called {other}"),
            }
        }
        println!("{}", took.as_nanos());
    }
}

fn registration() -> Value {
    let algorithm = map([("alg", Value::from(ES256)), ("type", "public-key".into())]);
    let user = [("id", Value::Bytes(b"alice".to_vec())), ("name", "alice".into()), ("displayName", "Alice".into())];
    numbered([
        (1, Value::Bytes(vec![0x5a; 32])),
        (2, map([("id", RP_ID.into())])),
        (3, map(user)),
        (4, Value::Array(vec![algorithm])),
        (7, map([("rk", true.into()), ("uv", true.into())])),
    ])
}

fn authentication(id: &[u8]) -> Value {
    let credential = map([("id", Value::Bytes(id.to_vec())), ("type", "public-key".into())]);
    numbered([
        (1, RP_ID.into()),
        (2, Value::Bytes(vec![0x5a; 32])),
        (3, Value::Array(vec![credential])),
        (5, map([("uv", true.into())])),
    ])
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

fn numbered<const N: usize>(members: [(u8, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(key, value)| (Value::Integer(Integer::from(key)), value)).collect())
}

fn typed<T: DeserializeOwned>(cbor: &[u8]) -> T {
    ciborium::from_reader(cbor).expect("passkey-rs reads the request")
}

fn bytes(message: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(message, &mut out).expect("writing to memory cannot fail");
    out
}

fn done<T, E: Debug>(outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|status| panic!("the ceremony succeeds, not {status:?}"))
}
