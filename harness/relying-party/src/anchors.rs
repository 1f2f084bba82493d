//! Trust anchors as they are handed in: PEM, with a line before a certificate that says for which models it vouches.

use keyrig_ctap::Aaguid;
use x509_cert::Certificate;
use x509_cert::der::Encode as _;

use crate::verify::TrustAnchor;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// What precedes the AAGUID. RFC 7468 §5.2 lets any text stand before a certificate.
const MODEL: &str = "AAGUID:";

/// Reads certificates; one after `AAGUID:` lines vouches for these models only.
///
/// # Errors
///
/// What is wrong, for people.
pub(crate) fn read(text: &str) -> Result<Vec<TrustAnchor>, String> {
    let mut anchors = Vec::new();
    let mut models: Vec<Aaguid> = Vec::new();
    let mut certificate: Option<String> = None;
    for line in text.lines().map(str::trim_end) {
        match (&mut certificate, line) {
            (None, BEGIN) => certificate = Some(format!("{BEGIN}\n")),
            (None, text) => models.extend(model(text)?),
            (Some(pem), END) => {
                pem.push_str(END);
                let aaguids = std::mem::take(&mut models);
                let aaguids = (!aaguids.is_empty()).then_some(aaguids);
                anchors.push(TrustAnchor { certificate: der(pem)?, aaguids });
                certificate = None;
            }
            (Some(pem), text) => {
                pem.push_str(text);
                pem.push('\n');
            }
        }
    }
    match certificate {
        Some(_) => Err("a certificate has no end".to_owned()),
        None if !models.is_empty() => Err("an AAGUID stands before no certificate".to_owned()),
        None if anchors.is_empty() && !text.trim().is_empty() => Err("there is no certificate".to_owned()),
        None => Ok(anchors),
    }
}

/// The AAGUID in a line that has one.
fn model(line: &str) -> Result<Option<Aaguid>, String> {
    let aaguid = line.strip_prefix(MODEL).map(|aaguid| aaguid.trim().parse());
    aaguid.transpose().map_err(|problem| format!("{line}: {problem}"))
}

fn der(pem: &str) -> Result<Vec<u8>, String> {
    let certificates = Certificate::load_pem_chain(pem.as_bytes()).map_err(|problem| problem.to_string())?;
    let only = certificates.first().ok_or("there is no certificate")?;
    only.to_der().map_err(|problem| problem.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any certificate will do.
    const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIB4TCCAYegAwIBAgIRAM/sULmCAD217ivrYMbwt80wCgYIKoZIzj0EAwIwTzEa
MBgGA1UECgwRa2V5cmlnIHRlc3Qgcm9vdHMxMTAvBgNVBAMMKGtleXJpZyBUZXN0
IEV4YW1wbGUgQ29ycCBQYXNza2V5IFJvb3QgQ0EwIBcNMjAwMTAxMDAwMDAwWhgP
OTk5OTEyMzEyMzU5NTlaME8xGjAYBgNVBAoMEWtleXJpZyB0ZXN0IHJvb3RzMTEw
LwYDVQQDDChrZXlyaWcgVGVzdCBFeGFtcGxlIENvcnAgUGFzc2tleSBSb290IENB
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEL7wL+J/9PvFnyKnQer0SPCYFGOX5
SLIuvrsj6TTupr9mkGXin3ZieGWCvfdsiwW+k03Ox7bLszKsDxruEheP/qNCMEAw
DwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFPLOrEZE
W9FCRqUgUPf865BaPrOwMAoGCCqGSM49BAMCA0gAMEUCIQCIdGnsny9Y5nzllzgn
Ph2FRu5Oh4ViEqJwbAUzxIUi8gIgToxIJzJab8FRot4jg5FT/LDuGsL+qCzyh7IY
x0sWVsM=
-----END CERTIFICATE-----";
    const YUBIKEY: &str = "2fc0579f-8113-47ea-b116-bb5a8db9202a";

    #[test]
    fn a_certificate_vouches_for_the_models_before_it_or_for_all() {
        let text = format!("AAGUID: {YUBIKEY}\n{CERTIFICATE}\nsome text\n{CERTIFICATE}");
        let anchors = read(&text).unwrap();
        assert_eq!(anchors[0].aaguids, Some(vec![YUBIKEY.parse().unwrap()]));
        assert_eq!(anchors[1].aaguids, None);
        assert_eq!(anchors[0].certificate, anchors[1].certificate);
        assert_eq!(read(" \n"), Ok(Vec::new()));
    }

    #[test]
    fn half_an_anchor_is_an_error() {
        for text in [
            "hello",
            BEGIN,
            &format!("{BEGIN}\nAAAA\n{END}"),
            &format!("AAGUID: x\n{CERTIFICATE}"),
            &format!("{CERTIFICATE}\nAAGUID: {YUBIKEY}"),
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
