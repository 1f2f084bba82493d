//! Records of a stored state, bent: they are refused, or an authenticator that comes back with them answers everything.
#![no_main]

use std::sync::LazyLock;

use keyrig_core::State;
use keyrig_core::state::Part;
use keyrig_ctap::Command;
use keyrig_ctap::message::credential_management::{Request, Subcommand};
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY, RelyingParty, User, get_assertion, large_blobs, make_credential};
use keyrig_ctap::profile::Profile;
use keyrig_device::profiles;
use keyrig_fuzz::{Bench, RP_ID};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Bend {
    Set { record: u8, at: u16, byte: u8 },
    Insert { record: u8, at: u16, bytes: Vec<u8> },
    Cut { record: u8, at: u16 },
    Replace { record: u8, bytes: Vec<u8> },
}

/// Those of a key with a PIN and two credentials.
static RECORDS: LazyLock<Vec<(Part, Vec<u8>)>> = LazyLock::new(|| {
    let mut bench = Bench::new(profile());
    bench.set_pin();
    for discoverable in [true, false] {
        bench.send(Command::MAKE_CREDENTIAL, &make(discoverable).encode());
    }
    let state = bench.state();
    state.parts().filter_map(|part| Some((part.clone(), state.record(&part)?))).collect()
});

fn profile() -> &'static Profile {
    profiles::find("yubikey-5-nfc-5.8").expect("embedded")
}

/// What is done to the bytes of one record.
type Change = Box<dyn Fn(&mut Vec<u8>)>;

fuzz_target!(|bends: Vec<Bend>| {
    let mut records = RECORDS.clone();
    let count = records.len();
    for bend in bends.into_iter().take(8) {
        let (record, change): (u8, Change) = match bend {
            Bend::Set { record, at, byte } => (
                record,
                Box::new(move |bytes| {
                    let length = bytes.len().max(1);
                    if let Some(old) = bytes.get_mut(usize::from(at) % length) {
                        *old = byte;
                    }
                }),
            ),
            Bend::Insert { record, at, bytes: new } => (
                record,
                Box::new(move |bytes| {
                    let at = usize::from(at) % (bytes.len() + 1);
                    bytes.splice(at..at, new.iter().copied());
                }),
            ),
            Bend::Cut { record, at } => (record, Box::new(move |bytes| bytes.truncate(at.into()))),
            Bend::Replace { record, bytes: new } => (record, Box::new(move |bytes| bytes.clone_from(&new))),
        };
        change(&mut records[usize::from(record) % count].1);
    }
    if let Ok(state) = State::from_records(records) {
        use_it(&mut Bench::restored(profile(), state));
    }
});

fn use_it(bench: &mut Bench) {
    bench.send(Command::GET_INFO, &[]);
    for list in [None, bench.credential_id(0).map(|id| vec![Descriptor::public_key(&id)])] {
        let request = get_assertion::Request {
            rp_id: RP_ID.to_owned(),
            client_data_hash: [2; 32],
            allow_list: list,
            extensions: None,
            options: make_credential::Options::default(),
            pin_uv_auth_param: None,
            pin_uv_auth_protocol: None,
        };
        bench.send(Command::GET_ASSERTION, &request.encode());
        bench.send(Command::GET_NEXT_ASSERTION, &[]);
    }
    let read = large_blobs::Request { get: Some(1000), offset: Some(0), ..large_blobs::Request::default() };
    bench.send(Command::LARGE_BLOBS, &read.encode());
    for subcommand in [Subcommand::GET_CREDS_METADATA, Subcommand::ENUMERATE_RPS_BEGIN] {
        let mut request = Request::new(subcommand);
        request.pin_uv_auth_param =
            bench.param(keyrig_ctap::message::client_pin::Permissions::CM, &request.authenticated());
        request.pin_uv_auth_protocol = Some(2);
        bench.send(Command::CREDENTIAL_MANAGEMENT, &request.encode());
    }
    bench.send(Command::MAKE_CREDENTIAL, &make(false).encode());
    bench.power_cycle();
    bench.send(Command::RESET, &[]);
}

fn make(discoverable: bool) -> make_credential::Request {
    make_credential::Request {
        client_data_hash: [1; 32],
        rp: RelyingParty { id: RP_ID.to_owned(), name: None },
        user: User { id: vec![u8::from(discoverable)], name: None, display_name: None },
        parameters: vec![make_credential::Parameter {
            algorithm: keyrig_ctap::cose::Algorithm::ES256,
            kind: PUBLIC_KEY.to_owned(),
        }],
        exclude_list: None,
        extensions: None,
        options: make_credential::Options { rk: Some(discoverable), ..make_credential::Options::default() },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
        enterprise_attestation: None,
        attestation_formats: None,
    }
}
