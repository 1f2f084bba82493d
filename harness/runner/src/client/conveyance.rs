//! What of an attestation reaches the page (WebAuthn L3 §5.1.3, "attestationConveyancePreference").

use keyrig_ctap::Aaguid;
use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::cbor::Tree;
use keyrig_ctap::message::make_credential::Response;

use super::options::Conveyance;
use super::profile::AaguidHabit;

/// Where the AAGUID lies in authenticator data with attested credential data.
const AAGUID: std::ops::Range<usize> = 37..53;

/// An empty CBOR map.
const EMPTY_MAP: u8 = 0xa0;

/// What the page is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    format: String,
    statement: Vec<u8>,
    /// The authenticator data.
    pub(super) auth_data: Vec<u8>,
}

/// Under `none` the statement goes, and the AAGUID as the client's habit is; self attestation under AAGUID zero stays
/// (it tells nothing).
pub(super) fn convey(wanted: Conveyance, habit: AaguidHabit, roams: bool, made: Response) -> Told {
    let Response { format, mut auth_data, statement, .. } = made;
    if wanted != Conveyance::None || format == "none" && habit == AaguidHabit::Keep {
        return Told { format, statement, auth_data };
    }
    let aaguid = auth_data.get_mut(AAGUID);
    let anonymous = aaguid.as_deref() == Some(&Aaguid::ZERO.0[..]) && format == "packed" && !has_chain(&statement);
    if anonymous {
        return Told { format, statement, auth_data };
    }
    if let Some(aaguid) = aaguid
        && habit == AaguidHabit::ZeroRoaming
        && roams
    {
        aaguid.copy_from_slice(&Aaguid::ZERO.0);
    }
    Told { format: "none".to_owned(), statement: vec![EMPTY_MAP], auth_data }
}

impl Told {
    /// The attestation object.
    pub(super) fn attestation_object(&self) -> Vec<u8> {
        let (format, statement) = (self.format.clone(), self.statement.clone());
        AttestationObject { format, statement, auth_data: self.auth_data.clone(), flaws: Vec::new() }.encode()
    }

    /// The credential id, whatever the flags announce.
    pub(super) fn credential_id(&self) -> Option<Vec<u8>> {
        let (length, rest) = self.auth_data.get(AAGUID.end..)?.split_first_chunk::<2>()?;
        rest.get(..usize::from(u16::from_be_bytes(*length))).map(<[u8]>::to_vec)
    }
}

fn has_chain(statement: &[u8]) -> bool {
    use keyrig_ctap::cbor::Fields;
    Tree::parse(statement)
        .is_ok_and(|tree| Fields::of(&tree.root, "attStmt").is_ok_and(|fields| fields.text("x5c").is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: [u8; 16] = [7; 16];

    fn made(format: &str, statement: &[u8], aaguid: [u8; 16]) -> Response {
        let mut auth_data = vec![0; 37];
        auth_data.extend(aaguid);
        auth_data.extend([0, 2, 0xaa, 0xbb, 0xa0]);
        let (format, statement) = (format.to_owned(), statement.to_vec());
        Response { format, auth_data, statement, enterprise: None, large_blob_key: None, unsigned_extensions: None }
    }

    fn aaguid(told: &Told) -> [u8; 16] {
        told.auth_data[AAGUID].try_into().unwrap()
    }

    #[test]
    fn under_none_each_client_has_its_habit() {
        let chain = b"\xa1\x63x5c\x80";
        for (habit, roams, expected) in [
            (AaguidHabit::Keep, true, MODEL),
            (AaguidHabit::Keep, false, MODEL),
            (AaguidHabit::ZeroRoaming, true, [0; 16]),
            (AaguidHabit::ZeroRoaming, false, MODEL),
        ] {
            for format in ["packed", "none"] {
                let told = convey(Conveyance::None, habit, roams, made(format, chain, MODEL));
                assert_eq!((told.format.as_str(), aaguid(&told)), ("none", expected), "{habit:?} {roams} {format}");
            }
            let told = convey(Conveyance::Direct, habit, roams, made("packed", chain, MODEL));
            assert_eq!((told.format.as_str(), aaguid(&told)), ("packed", MODEL));
            assert_eq!(told.credential_id(), Some(vec![0xaa, 0xbb]));
        }
    }

    #[test]
    fn self_attestation_that_tells_nothing_stays() {
        let told = convey(Conveyance::None, AaguidHabit::Keep, true, made("packed", b"\xa1\x63alg\x26", [0; 16]));
        assert_eq!(told.format, "packed");
    }
}
