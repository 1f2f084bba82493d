use super::*;

fn unhex(text: &str) -> Vec<u8> {
    Encoding::Hex.read(text.as_bytes()).unwrap()
}

/// WebAuthn L3 §16, "ES256 Credential with No Attestation": authentication.
const AUTH_DATA: &str = "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000";

#[test]
fn each_kind_is_told_from_the_others() {
    for (input, expected) in [
        (b"{\"type\":\"webauthn.get\",\"challenge\":\"AA\",\"origin\":\"https://a\"}".to_vec(), "client-data"),
        (unhex("a363666d74646e6f6e656761747453746d74a068617574684461746140"), "attestation-object"),
        (unhex("a401010327200621420102"), "cose-key"),
        (unhex("a20181684649444f5f325f300350000102030405060708090a0b0c0d0e0f"), "get-info"),
        (unhex("04"), "ctap-request"),
        (unhex("06a101 01"), "ctap-request"),
        (unhex("2e"), "ctap-response"),
        (unhex("00a10308"), "ctap-response"),
        (unhex(AUTH_DATA), "auth-data"),
        (unhex("820102"), "cbor"),
    ] {
        assert_eq!(guess(&input).map(|kind| kind.name), Some(expected), "{input:02x?}");
    }
    assert!(guess(b"neither fish nor fowl").is_none());
}

#[test]
fn a_flaw_is_reported_at_its_offset_in_the_whole_input() {
    let mut bytes = unhex(AUTH_DATA);
    bytes[32] |= 0x80;
    bytes.extend(unhex("a2 61 62 01 61 61 02"));
    let decoded = auth_data::decode(&bytes).unwrap();
    let flaws: Vec<_> = decoded.remarks.flaws.iter().map(|flaw| (flaw.at, flaw.text.as_str())).collect();
    assert_eq!(flaws, [(41, "map keys out of order")]);
    assert!(decoded.remarks.breaches.is_empty());
}

#[test]
fn backed_up_without_eligible_is_reported() {
    let mut bytes = unhex(AUTH_DATA);
    assert!(auth_data::decode(&bytes).unwrap().remarks.breaches.is_empty());
    bytes[32] = 0x11;
    assert_eq!(auth_data::decode(&bytes).unwrap().remarks.breaches[0].at, 32);
}

#[test]
fn every_truncation_and_every_flipped_bit_is_survived() {
    let whole = unhex("a363666d74646e6f6e656761747453746d74a06861757468446174615825")
        .into_iter()
        .chain(unhex(AUTH_DATA))
        .collect::<Vec<u8>>();
    assert!(attestation_object::decode(&whole).is_ok());
    for end in 0..whole.len() {
        ALL.iter().for_each(|kind| drop((kind.decode)(&whole[..end])));
    }
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        ALL.iter().for_each(|kind| drop((kind.decode)(&bytes)));
    }
}

#[test]
fn a_member_that_is_there_twice_is_reported() {
    let challenge = "{\"type\":\"webauthn.create\",\"challenge\":\"AMMPtDUxxGTStncdq41wPA\",\"origin\":\"https://example.org\",\"crossOrigin\":false}";
    let decoded = client_data::decode(challenge.as_bytes()).unwrap();
    assert_eq!(decoded.remarks, field::Remarks::default());
    let twice = challenge.replace("\"crossOrigin\":false", "\"origin\":\"https://evil\"");
    let decoded = client_data::decode(twice.as_bytes()).unwrap();
    assert!(decoded.remarks.breaches.iter().any(|breach| breach.text.contains("twice")));
}
