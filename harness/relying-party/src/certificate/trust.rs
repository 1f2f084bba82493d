//! The way from a leaf to a trust anchor (WebAuthn L3 §7.1, "Assess the attestation trustworthiness").
//!
//! rustls-webpki builds and checks the path. Checked here is what it leaves out: a leaf that is itself the anchor,
//! the validity of anchors, and the order of `x5c`. Extended key usage is not looked at: of all formats only tpm asks
//! for one, and its own requirements say which.

use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use std::time::Duration;
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter};

use super::Certificate;
use super::critical_policies::Leaf;

/// Why a chain leads to no trust anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Untrusted {
    /// The reason in snake_case.
    pub(crate) reason: &'static str,
    /// What is wrong, for people.
    pub(crate) message: String,
}

/// Finds a path from the first certificate of `chain` to one of `anchors`, all of it valid at `now` (Unix seconds).
/// An anchor may be a root, an intermediate, or the leaf itself.
pub(crate) fn lead_to_anchor(chain: &[Vec<u8>], anchors: &[&[u8]], now: u64) -> Result<(), Untrusted> {
    let untrusted = |reason, message: &str| Err(Untrusted { reason, message: message.to_owned() });
    let Some((leaf, rest)) = chain.split_first() else {
        return untrusted("attestation_chain_empty", "there is no certificate");
    };
    if !in_order(chain) {
        let message = "a certificate in x5c is not followed by its issuer's";
        return untrusted("attestation_chain_order", message);
    }
    let valid: Vec<&[u8]> = anchors.iter().copied().filter(|anchor| is_valid_at(anchor, now)).collect();
    if valid.contains(&&leaf[..]) {
        return Ok(());
    }
    path(leaf, rest, &valid, now).map_err(|error| explain(&error))
}

fn explain(error: &webpki::Error) -> Untrusted {
    let (reason, message) = match error {
        webpki::Error::UnknownIssuer => {
            ("attestation_unknown_issuer", "the chain leads to no trust anchor that is valid now")
        }
        webpki::Error::InvalidSignatureForPublicKey => {
            ("attestation_issuer_signature", "a certificate is not signed by the issuer that it names")
        }
        webpki::Error::CertExpired { .. } => {
            ("attestation_certificate_expired", "an attestation certificate has expired")
        }
        webpki::Error::CertNotValidYet { .. } => {
            ("attestation_certificate_not_yet_valid", "an attestation certificate is not valid yet")
        }
        other => {
            let message = format!("the attestation certificates make no path to a trust anchor: {other}");
            return Untrusted { reason: "attestation_chain_invalid", message };
        }
    };
    Untrusted { reason, message: message.to_owned() }
}

/// Whether each certificate names the next one as its issuer.
fn in_order(chain: &[Vec<u8>]) -> bool {
    let certificates: Option<Vec<Certificate>> = chain.iter().map(|der| Certificate::read(der)).collect();
    certificates.is_some_and(|links| links.windows(2).all(|pair| pair[0].issuer() == pair[1].subject()))
}

fn is_valid_at(anchor: &[u8], now: u64) -> bool {
    Certificate::read(anchor).is_some_and(|certificate| {
        let (first, last) = certificate.validity();
        (first..=last).contains(&now)
    })
}

fn path(leaf: &[u8], intermediates: &[Vec<u8>], anchors: &[&[u8]], now: u64) -> Result<(), webpki::Error> {
    let anchors: Vec<CertificateDer<'_>> = anchors.iter().map(|der| CertificateDer::from(*der)).collect();
    let anchors: Vec<_> = anchors.iter().filter_map(|der| webpki::anchor_from_trusted_cert(der).ok()).collect();
    let intermediates: Vec<CertificateDer<'_>> =
        intermediates.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let leaf = Leaf::new(leaf);
    let algorithms = leaf.algorithms();
    let algorithms: Vec<&dyn SignatureVerificationAlgorithm> = algorithms.iter().map(|each| each as _).collect();
    EndEntityCert::try_from(&CertificateDer::from(leaf.readable()))?.verify_for_usage(
        &algorithms,
        &anchors,
        &intermediates,
        UnixTime::since_unix_epoch(Duration::from_secs(now)),
        AnyUsage,
        None,
        None,
    )?;
    Ok(())
}

/// Accepts every extended key usage, and none.
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        Ok(())
    }
}
