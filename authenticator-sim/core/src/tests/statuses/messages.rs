use keyrig_ctap::message::client_pin::{Request, Subcommand};
use keyrig_ctap::{Command, Status};

use super::super::platform::{make_request, security_key};
use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("malformed CBOR", Status::INVALID_CBOR, security_key, |a| {
        let parameters = make_request().encode();
        let end = a.either(parameters.len() - 1, parameters.len());
        a.key.command(Command::MAKE_CREDENTIAL, &parameters[..end]).0
    }),
    row("CBOR that is not canonical", Status::INVALID_CBOR, security_key, |a| {
        // {2: 1} with the key in two bytes.
        let parameters: &[u8] = a.either(&[0xa1, 0x18, 0x02, 0x01], &[0xa1, 0x02, 0x01]);
        a.key.command(Command::CLIENT_PIN, parameters).0
    }),
    row("a member of another type", Status::CBOR_UNEXPECTED_TYPE, security_key, |a| {
        let parameters: &[u8] = a.either(&[0xa1, 0x02, 0x41, 0x01], &[0xa1, 0x02, 0x01]);
        a.key.command(Command::CLIENT_PIN, parameters).0
    }),
    row("a mandatory member is missing", Status::MISSING_PARAMETER, security_key, |a| {
        let parameters: &[u8] = a.either(&[0xa0], &[0xa1, 0x02, 0x01]);
        a.key.command(Command::CLIENT_PIN, parameters).0
    }),
    row("an unknown command", Status::INVALID_COMMAND, security_key, |a| {
        a.key.command(a.either(Command(0x3f), Command::GET_INFO), &[]).0
    }),
    row("a command of the makers' range", Status::INVALID_COMMAND, security_key, |a| {
        a.key.command(a.either(Command(0xbf), Command::GET_INFO), &[]).0
    }),
    row("an unknown subcommand", Status::INVALID_SUBCOMMAND, security_key, |a| {
        let subcommand = a.either(Subcommand(8), Subcommand::GET_PIN_RETRIES);
        a.key.pin_command(&Request::new(subcommand)).err().unwrap_or(Status::OK)
    }),
    row("no message at all", Status::INVALID_LENGTH, security_key, |a| {
        a.key.send(a.either(&[], &[Command::GET_INFO.0])).0
    }),
    row("a message over maxMsgSize", Status::REQUEST_TOO_LARGE, security_key, |a| {
        let length = a.either(1200, 100);
        a.make(|request| request.user.name = Some("x".repeat(length)))
    }),
];
