//! Which RP IDs a page may use (WebAuthn L3 §5.1.3 and §5.1.4.1, "effective domain"; HTML, "is a registrable domain
//! suffix of or is equal to").

use url::{Host, Url};

use super::ClientError;

/// The RP ID of a ceremony on a page of `origin`; `claimed` is the one in the options.
///
/// # Errors
///
/// `SecurityError` where the page is no secure context, its host is no domain, or it has no claim to that RP ID.
pub(super) fn effective(origin: &str, claimed: Option<&str>) -> Result<String, ClientError> {
    let url = Url::parse(origin).map_err(|_| ClientError::security(format!("{origin} is an opaque origin")))?;
    let Some(Host::Domain(domain)) = url.host() else {
        return Err(ClientError::security(format!("{origin} has no domain")));
    };
    if !is_secure_context(&url, domain) {
        return Err(ClientError::security(format!("{origin} is no secure context")));
    }
    match claimed {
        None => Ok(domain.to_owned()),
        Some(rp_id) if may_claim(domain, rp_id) => Ok(rp_id.to_owned()),
        Some(rp_id) => Err(ClientError::security(format!(
            "the RP ID {rp_id} is neither a registrable domain suffix of {domain} nor equal to it"
        ))),
    }
}

/// Whether a page of `origin` may use `rp_id`.
///
/// # Errors
///
/// As [`effective`].
pub(crate) fn may_use(origin: &str, rp_id: &str) -> Result<(), ClientError> {
    effective(origin, Some(rp_id)).map(|_| ())
}

/// Potentially trustworthy, as far as domains go: TLS, or this machine.
fn is_secure_context(url: &Url, domain: &str) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && (domain == "localhost" || domain.ends_with(".localhost")))
}

/// "Is a registrable domain suffix of or is equal to", for a host that is a domain.
fn may_claim(host: &str, rp_id: &str) -> bool {
    let Ok(Host::Domain(canonical)) = Host::parse(rp_id) else { return false };
    if canonical != rp_id {
        return false;
    }
    if rp_id == host {
        return true;
    }
    let is_suffix_of = |domain: &str| domain.strip_suffix(rp_id).is_some_and(|rest| rest.ends_with('.'));
    let public_suffix = psl::suffix_str(host).unwrap_or(host);
    is_suffix_of(host) && rp_id != public_suffix && !is_suffix_of(public_suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_claim_its_domain_and_registrable_suffixes() {
        let allowed = [
            ("https://corp.example.com", "corp.example.com"),
            ("https://corp.example.com:8443", "corp.example.com"),
            ("https://login.corp.example.com", "corp.example.com"),
            ("https://login.corp.example.com", "example.com"),
            ("https://example.co.uk", "example.co.uk"),
            ("https://www.example.co.uk", "example.co.uk"),
            ("https://alice.github.io", "alice.github.io"),
            ("http://localhost:8080", "localhost"),
            ("http://app.localhost", "app.localhost"),
            ("https://b\u{fc}cher.example", "xn--bcher-kva.example"),
            ("https://intranet", "intranet"),
        ];
        for (origin, rp_id) in allowed {
            assert_eq!(effective(origin, Some(rp_id)).as_deref(), Ok(rp_id), "{origin} {rp_id}");
        }
    }

    #[test]
    fn a_page_may_not_claim_anything_else() {
        let refused = [
            ("https://evil.example", "corp.example.com"),
            ("https://corp.example.com", "login.corp.example.com"),
            ("https://evilcorp.example.com", "corp.example.com"),
            ("https://corp.example.com", "com"),
            ("https://www.example.co.uk", "co.uk"),
            ("https://www.example.co.uk", "uk"),
            ("https://alice.github.io", "github.io"),
            ("https://alice.github.io", "bob.github.io"),
            ("https://corp.example.com", ""),
            ("https://corp.example.com", "CORP.example.com"),
            ("https://corp.example.com", "corp.example.com."),
            ("https://corp.example.com", "127.0.0.1"),
            ("https://corp.example.com", "https://corp.example.com"),
            ("http://corp.example.com", "corp.example.com"),
            ("https://127.0.0.1", "127.0.0.1"),
            ("https://[::1]", "[::1]"),
            ("http://notlocalhost", "notlocalhost"),
            ("null", "corp.example.com"),
            ("android:apk-key-hash:abc", "corp.example.com"),
        ];
        for (origin, rp_id) in refused {
            let error = effective(origin, Some(rp_id)).expect_err(&format!("{origin} {rp_id}"));
            assert_eq!(error.name, "SecurityError", "{origin} {rp_id}");
        }
    }

    #[test]
    fn without_a_claim_it_is_the_domain() {
        assert_eq!(effective("https://corp.example.com:8443", None).as_deref(), Ok("corp.example.com"));
        assert!(effective("https://127.0.0.1", None).is_err());
    }
}
