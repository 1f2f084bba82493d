//! Who vouches for a new credential, and in which form (CTAP 2.3 §6.1.2 step 19).

use alloc::vec::Vec;

use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::message::make_credential::Request;
use keyrig_ctap::profile::AttestationFormat;
use keyrig_ctap::seal::{Binding, ChainForm, Issuer, Leaf, Role, Statement, Tpm, Validity};

use crate::attestation::organizational_unit;
use crate::context::Context;

/// Keys that Windows Hello has a TPM make: `fixedTPM`, `fixedParent`, `sensitiveDataOrigin`, `userWithAuth`, `noDA`,
/// `decrypt` and `sign` (TPM 2.0 Part 2, "TPMA_OBJECT").
const OBJECT_ATTRIBUTES: u32 = 0x0006_0472;

/// The policy of such a key, the same in every public registration.
const AUTH_POLICY: [u8; 32] = [
    0x9d, 0xff, 0xcb, 0xf3, 0x6c, 0x38, 0x3a, 0xe6, 0x99, 0xfb, 0x98, 0x68, 0xdc, 0x6d, 0xcb, 0x89, 0xd7, 0x15, 0x38,
    0x84, 0xbe, 0x28, 0x03, 0x92, 0x2c, 0x12, 0x41, 0x58, 0xbf, 0xad, 0x22, 0xae,
];

/// The statement to be, in the format that [`format`] chooses, with the serial number of the device if it is told.
pub(super) fn statement(
    cx: &Context,
    request: &Request,
    algorithm: Algorithm,
    serial_number: Option<&[u8]>,
) -> Statement {
    of_format(cx, format(cx, request), algorithm, serial_number)
}

/// The first of the platform's preferences that the product has, else the product's own; `none` only where nothing else
/// is preferred (CTAP 2.3 §6.1, `attestationFormatsPreference`).
fn format(cx: &Context, request: &Request) -> AttestationFormat {
    let attestation = &cx.profile.attestation;
    let preferred = request.attestation_formats.as_deref().unwrap_or_default();
    if preferred == ["none"] {
        return AttestationFormat::None;
    }
    let ours = || core::iter::once(attestation.format).chain(attestation.members.iter().copied());
    preferred.iter().find_map(|id| ours().find(|format| format.id() == id)).unwrap_or(attestation.format)
}

fn of_format(cx: &Context, format: AttestationFormat, algorithm: Algorithm, serial_number: Option<&[u8]>) -> Statement {
    let binding = Binding::Own;
    match format {
        AttestationFormat::None => Statement::None,
        AttestationFormat::PackedSelf => Statement::PackedSelf { algorithm },
        AttestationFormat::Packed => Statement::Packed { leaf: leaf(cx, Role::Authenticator, serial_number) },
        AttestationFormat::FidoU2f => Statement::FidoU2f { leaf: leaf(cx, Role::Authenticator, None) },
        AttestationFormat::Tpm => Statement::Tpm { leaf: leaf(cx, Role::Tpm, None), tpm: tpm(cx), binding },
        AttestationFormat::AndroidKey => Statement::AndroidKey { leaf: leaf(cx, Role::Credential, None), binding },
        AttestationFormat::Apple => Statement::Apple { leaf: leaf(cx, Role::Credential, None), binding },
        AttestationFormat::Compound => {
            let members = cx.profile.attestation.members.iter();
            let single = members.filter(|member| **member != AttestationFormat::Compound);
            let of_member = |member: &AttestationFormat| of_format(cx, *member, algorithm, serial_number);
            Statement::Compound { members: single.map(of_member).collect() }
        }
    }
}

/// The product's certificate, with the serial number of the device if it is told.
pub(super) fn leaf(cx: &Context, role: Role, serial_number: Option<&[u8]>) -> Leaf {
    let chain = cx.profile.attestation.chain.as_ref();
    let names_aaguid = chain.is_some_and(|chain| chain.aaguid_extension);
    Leaf {
        aaguid_extension: names_aaguid.then_some(cx.profile.aaguid),
        issuer: Issuer::Product,
        validity: Validity::Current,
        ca: false,
        organizational_unit: organizational_unit(),
        serial_number: serial_number.map(<[u8]>::to_vec),
        role,
        algorithm: chain.map_or(Algorithm::ES256, |chain| chain.algorithm.cose()),
        foreign_key: false,
        chain: ChainForm::Proper,
    }
}

fn tpm(cx: &Context) -> Tpm {
    Tpm {
        magic: Tpm::GENERATED,
        clock: cx.now.as_micros() / 1000,
        reset_count: 1,
        restart_count: 0,
        safe: 1,
        firmware_version: cx.profile.get_info.firmware_version.unwrap_or_default(),
        object_attributes: OBJECT_ATTRIBUTES,
        auth_policy: Vec::from(AUTH_POLICY),
    }
}
