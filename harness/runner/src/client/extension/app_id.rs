//! `appid` and `appidExclude` (WebAuthn L3 §10.1.1, §10.1.2): credentials of the U2F years, which are scoped to an
//! AppID and not to an RP ID.

use url::{Host, Url};

use crate::client::ClientError;

/// Whether a page of `origin` may use the AppID. As browsers do, hosts of the same site pass, and no list of trusted
/// facets is fetched (WebAuthn L3 §10.1.1, "several implementations do not implement steps four and onward").
///
/// # Errors
///
/// `SecurityError`.
pub(in crate::client) fn check_facet(origin: &str, app_id: &str) -> Result<(), ClientError> {
    let refuse = |why: &str| ClientError::security(format!("the AppID {app_id} {why}"));
    let url = Url::parse(app_id).map_err(|_| refuse("is no URL"))?;
    if url.scheme() != "https" {
        return Err(refuse("does not begin with https"));
    }
    if site(origin).is_none() || site(app_id) != site(origin) {
        return Err(refuse(&format!("is of another site than {origin}")));
    }
    Ok(())
}

/// The registrable domain.
fn site(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let Some(Host::Domain(domain)) = url.host() else { return None };
    psl::domain_str(domain).map(str::to_owned)
}
