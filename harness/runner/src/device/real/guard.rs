use keyrig_ctap::Command;
use keyrig_ctap::iso7816::CLASS_ISO;
use keyrig_ctap::message::{bio_enrollment, client_pin, credential_management, large_blobs, make_credential};
use keyrig_ctap::u2f::{Apdu, Instruction};

/// What a message would do to a key that its owner may not want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// Nothing that stays, or nothing but what signing does.
    None,
    /// Spends one of the tries of a PIN.
    SpendsPinTry,
    /// Keeps a credential on the key.
    KeepsCredential,
    /// Takes a credential off the key.
    DeletesCredential,
    /// Changes the key for good: reset, PIN, fingerprints, configuration, stored blobs, or what nobody knows.
    Lasting(&'static str),
}

/// What `message`, command byte first, would do. What is not known to be harmless is not.
pub fn harm(message: &[u8]) -> Harm {
    let Some((command, parameters)) = message.split_first() else { return Harm::None };
    match Command(*command) {
        Command::GET_INFO | Command::GET_ASSERTION | Command::GET_NEXT_ASSERTION | Command::SELECTION => Harm::None,
        Command::MAKE_CREDENTIAL => match make_credential::Request::decode(parameters) {
            Ok(request) if request.options.rk != Some(true) => Harm::None,
            _ => Harm::KeepsCredential,
        },
        Command::CLIENT_PIN => client_pin(parameters),
        Command::CREDENTIAL_MANAGEMENT | Command::CREDENTIAL_MANAGEMENT_PREVIEW => credential_management(parameters),
        Command::BIO_ENROLLMENT | Command::BIO_ENROLLMENT_PREVIEW => bio_enrollment(parameters),
        Command::LARGE_BLOBS => match large_blobs::Request::decode(parameters) {
            Ok(request) if request.set.is_none() => Harm::None,
            _ => Harm::Lasting("replace what is stored"),
        },
        Command::RESET => Harm::Lasting("reset it"),
        Command::CONFIG => Harm::Lasting("configure it"),
        _ => Harm::Lasting("send it a command of its vendor"),
    }
}

/// What the U2F message would do. Signing and making a key handle leave nothing on a key.
pub(super) fn harm_of_u2f(message: &[u8]) -> Harm {
    match Apdu::parse(message) {
        Ok(Apdu { class: CLASS_ISO, instruction, .. }) if Instruction::ALL.contains(&instruction) => Harm::None,
        _ => Harm::Lasting("send it a command of its vendor"),
    }
}

/// Whether `message`, command byte first, replaces stored blobs.
pub(super) fn replaces_blobs(message: &[u8]) -> bool {
    message.first() == Some(&Command::LARGE_BLOBS.0) && harm(message) != Harm::None
}

fn client_pin(parameters: &[u8]) -> Harm {
    use client_pin::Subcommand as Sub;
    match client_pin::Request::decode(parameters).map(|request| request.subcommand) {
        Ok(Sub::GET_PIN_RETRIES | Sub::GET_KEY_AGREEMENT | Sub::GET_UV_RETRIES | Sub::GET_TOKEN_USING_UV) => Harm::None,
        Ok(Sub::GET_PIN_TOKEN | Sub::GET_TOKEN_USING_PIN) => Harm::SpendsPinTry,
        Ok(Sub::SET_PIN) => Harm::Lasting("set its PIN"),
        Ok(Sub::CHANGE_PIN) => Harm::Lasting("change its PIN"),
        _ => Harm::Lasting("do something unknown to its PIN"),
    }
}

fn credential_management(parameters: &[u8]) -> Harm {
    use credential_management::Subcommand as Sub;
    match credential_management::Request::decode(parameters).map(|request| request.subcommand) {
        Ok(
            Sub::GET_CREDS_METADATA
            | Sub::ENUMERATE_RPS_BEGIN
            | Sub::ENUMERATE_RPS_NEXT
            | Sub::ENUMERATE_CREDENTIALS_BEGIN
            | Sub::ENUMERATE_CREDENTIALS_NEXT,
        ) => Harm::None,
        Ok(Sub::DELETE_CREDENTIAL) => Harm::DeletesCredential,
        _ => Harm::Lasting("change its credentials"),
    }
}

fn bio_enrollment(parameters: &[u8]) -> Harm {
    use bio_enrollment::Subcommand as Sub;
    let asked = bio_enrollment::Request::decode(parameters);
    match asked.map(|request| request.subcommand) {
        Ok(None | Some(Sub::ENUMERATE_ENROLLMENTS | Sub::GET_FINGERPRINT_SENSOR_INFO)) => Harm::None,
        _ => Harm::Lasting("change its fingerprints"),
    }
}
