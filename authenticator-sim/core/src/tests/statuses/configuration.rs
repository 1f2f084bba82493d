use std::string::{String, ToString};
use std::vec::Vec;

use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::config::{MinPinLength, Request, Subcommand};
use keyrig_ctap::message::make_credential;
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::quirk::ALWAYS_UV_FOR_GOOD;
use keyrig_ctap::{Command, Status};

use super::super::configuration::configurable;
use super::super::platform::{Hand, Key, PIN, make_request, security_key};
use super::{Attempt, Row, row};
use crate::Gesture;

pub(super) const ROWS: &[Row] = &[
    row("configuration where there is none", Status::INVALID_COMMAND, security_key, |a| {
        if !a.defect {
            a.key = Key::new(&configurable());
        }
        a.key.configure(None, Subcommand::TOGGLE_ALWAYS_UV, None)
    }),
    row("configuration without a subcommand", Status::MISSING_PARAMETER, configurable, |a| {
        let subcommand = Request::new(Subcommand::TOGGLE_ALWAYS_UV).encode();
        a.key.command(Command::CONFIG, a.either(&[0xa0], &subcommand)).0
    }),
    row("an unknown subcommand of configuration", Status::INVALID_SUBCOMMAND, configurable, |a| {
        a.key.configure(None, a.either(Subcommand(5), Subcommand::TOGGLE_ALWAYS_UV), None)
    }),
    row("a maker's command where the maker has none", Status::INVALID_SUBCOMMAND, without_vendor, |a| {
        a.key.configure(None, a.either(Subcommand::VENDOR_PROTOTYPE, Subcommand::TOGGLE_ALWAYS_UV), None)
    }),
    row("a maker's command that nobody knows", Status::INVALID_SUBCOMMAND, configurable, |a| {
        a.key.configure(None, a.either(Subcommand::VENDOR_PROTOTYPE, Subcommand::TOGGLE_ALWAYS_UV), None)
    }),
    row("configuration without a token", Status::PUAT_REQUIRED, configurable, |a| {
        authorized(a, |request| request.pin_uv_auth_param = None)
    }),
    row("configuration without a protocol", Status::MISSING_PARAMETER, configurable, |a| {
        authorized(a, |request| request.pin_uv_auth_protocol = None)
    }),
    row("configuration under an unsupported protocol", Status::INVALID_PARAMETER, configurable, |a| {
        authorized(a, |request| request.pin_uv_auth_protocol = Some(3))
    }),
    row("configuration with a parameter that does not verify", Status::PIN_AUTH_INVALID, configurable, |a| {
        authorized(a, |request| request.subcommand = Subcommand::ENABLE_LONG_TOUCH_FOR_RESET)
    }),
    row("configuration without its permission", Status::PIN_AUTH_INVALID, configurable, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let token = a.key.unbound_token(a.either(Permissions::CM, Permissions::ACFG)).unwrap();
        a.key.configure(Some(&token), Subcommand::TOGGLE_ALWAYS_UV, None)
    }),
    row("configuration under alwaysUv before there is a PIN", Status::PUAT_REQUIRED, configurable, |a| {
        if a.defect {
            assert_eq!(a.key.configure(None, Subcommand::TOGGLE_ALWAYS_UV, None), Status::OK);
        }
        a.key.configure(None, Subcommand::ENABLE_ENTERPRISE_ATTESTATION, None)
    }),
    row("alwaysUv switched off where it stays on", Status::OPERATION_DENIED, for_good, |a| {
        if a.defect {
            assert_eq!(a.key.configure(None, Subcommand::TOGGLE_ALWAYS_UV, None), Status::OK);
        }
        a.key.configure(None, Subcommand::TOGGLE_ALWAYS_UV, None)
    }),
    row("a shorter minimum than before", Status::PIN_POLICY_VIOLATION, configurable, |a| {
        let length = Some(a.either(3, 4));
        set_min(a, MinPinLength { length, ..MinPinLength::default() })
    }),
    row("a minimum above the maximum", Status::PIN_POLICY_VIOLATION, configurable, |a| {
        let length = Some(a.either(64, 63));
        set_min(a, MinPinLength { length, ..MinPinLength::default() })
    }),
    row("a forced change without a PIN", Status::PIN_NOT_SET, configurable, |a| {
        let force_change = Some(a.defect);
        set_min(a, MinPinLength { force_change, ..MinPinLength::default() })
    }),
    row("RP IDs without the extension", Status::INVALID_PARAMETER, without_extension, |a| {
        let rp_ids = a.defect.then(|| ids(1));
        set_min(a, MinPinLength { rp_ids, ..MinPinLength::default() })
    }),
    row("more RP IDs than there is room for", Status::KEY_STORE_FULL, configurable, |a| {
        let rp_ids = Some(ids(a.either(3, 2)));
        set_min(a, MinPinLength { rp_ids, ..MinPinLength::default() })
    }),
    row("a PIN below the new minimum", Status::PIN_POLICY_VIOLATION, configurable, |a| {
        set_min(a, MinPinLength { length: Some(8), ..MinPinLength::default() });
        a.key.set_pin(Protocol::Two, a.either("1234567", "12345678"))
    }),
    row("a simple PIN under the complexity policy", Status::PIN_POLICY_VIOLATION, configurable, |a| {
        set_min(a, MinPinLength { complexity: Some(true), ..MinPinLength::default() });
        a.key.set_pin(Protocol::Two, a.either("123456", "124356"))
    }),
    row("one character repeated under the complexity policy", Status::PIN_POLICY_VIOLATION, configurable, |a| {
        if a.defect {
            set_min(a, MinPinLength { complexity: Some(true), ..MinPinLength::default() });
        }
        a.key.set_pin(Protocol::Two, "999999")
    }),
    row("a PIN that is shorter than a new minimum", Status::PIN_POLICY_VIOLATION, configurable, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let length = Some(a.either(7, 6));
        let token = a.key.unbound_token(Permissions::ACFG).unwrap();
        let wanted = MinPinLength { length, ..MinPinLength::default() }.encode();
        assert_eq!(a.key.configure(Some(&token), Subcommand::SET_MIN_PIN_LENGTH, Some(wanted)), Status::OK);
        a.key.token(PIN, Permissions::MC).err().unwrap_or(Status::OK)
    }),
    row("enterprise attestation that is not enabled", Status::INVALID_PARAMETER, configurable, |a| {
        let request = make_credential::Request { enterprise_attestation: Some(2), ..make_request() };
        if a.defect { a.key.make(&request).err().unwrap_or(Status::OK) } else { enterprise(a, 2) }
    }),
    row("enterprise attestation of no kind", Status::INVALID_OPTION, configurable, |a| {
        let kind = a.either(3, 1);
        enterprise(a, kind)
    }),
    row("enterprise attestation for an RP ID that is not on the maker's list", Status::OK, configurable, |a| {
        assert_eq!(a.key.configure(None, Subcommand::ENABLE_ENTERPRISE_ATTESTATION, None), Status::OK);
        let kind = a.either(1, 2);
        let request = make_credential::Request { enterprise_attestation: Some(kind), ..make_request() };
        let response = a.key.make(&request).unwrap();
        assert_eq!(response.enterprise, (!a.defect).then_some(true), "an ordinary attestation, and no epAtt");
        Status::OK
    }),
    row("a reset by a short touch where a long one is asked for", Status::USER_ACTION_TIMEOUT, configurable, |a| {
        assert_eq!(a.key.configure(None, Subcommand::ENABLE_LONG_TOUCH_FOR_RESET, None), Status::OK);
        a.hand(Hand::Does(Gesture::Touch));
        a.key.command(Command::RESET, &[]).0
    }),
];

fn enterprise(a: &mut Attempt, kind: u64) -> Status {
    assert_eq!(a.key.configure(None, Subcommand::ENABLE_ENTERPRISE_ATTESTATION, None), Status::OK);
    let request = make_credential::Request { enterprise_attestation: Some(kind), ..make_request() };
    a.key.make(&request).err().unwrap_or(Status::OK)
}

fn for_good() -> Profile {
    let mut profile = configurable();
    profile.quirks.push(ALWAYS_UV_FOR_GOOD.into());
    profile
}

fn without_vendor() -> Profile {
    let mut profile = configurable();
    profile.get_info.vendor_prototype_config_commands = None;
    profile
}

fn without_extension() -> Profile {
    let mut profile = configurable();
    profile.get_info.extensions.clear();
    profile
}

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|n| n.to_string()).collect()
}

fn authorized(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    a.key.set_pin(Protocol::Two, PIN);
    let token = a.key.unbound_token(Permissions::ACFG).unwrap();
    let mut request = Request::new(Subcommand::TOGGLE_ALWAYS_UV);
    request.pin_uv_auth_protocol = Some(2);
    request.pin_uv_auth_param = Some(Protocol::Two.authenticate(&token, &[&request.authenticated()]));
    if a.defect {
        change(&mut request);
    }
    a.key.command(Command::CONFIG, &request.encode()).0
}

fn set_min(a: &mut Attempt, wanted: MinPinLength) -> Status {
    a.key.configure(None, Subcommand::SET_MIN_PIN_LENGTH, Some(wanted.encode()))
}
