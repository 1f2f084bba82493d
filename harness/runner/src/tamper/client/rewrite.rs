//! Origins that look like another one.

use url::Url;

/// `origin` with its host changed.
///
/// # Errors
///
/// Says that the origin has no host, or none that can be changed so.
pub(super) fn host(origin: &str, change: impl FnOnce(&str) -> Option<String>) -> Result<String, &'static str> {
    let (scheme, host, port) = parts(origin)?;
    let host = change(&host).ok_or("the host cannot be changed so")?;
    Ok(serialize(&scheme, &host, port))
}

/// `origin` on another port; `port`, or the one after it where that is the origin's own.
///
/// # Errors
///
/// Says that the origin has no host.
pub(super) fn port(origin: &str, port: u16) -> Result<String, &'static str> {
    let (scheme, host, own) = parts(origin)?;
    Ok(serialize(&scheme, &host, Some(if own == Some(port) { port + 1 } else { port })))
}

fn parts(origin: &str) -> Result<(String, String, Option<u16>), &'static str> {
    let url = Url::parse(origin).map_err(|_| "the origin is opaque")?;
    let host = url.host_str().ok_or("the origin has no host")?;
    Ok((url.scheme().to_owned(), host.to_owned(), url.port()))
}

fn serialize(scheme: &str, host: &str, port: Option<u16>) -> String {
    port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_part_that_is_meant_changes() {
        let sub = |host: &str| Some(format!("sub.{host}"));
        assert_eq!(host("https://a.example", sub).as_deref(), Ok("https://sub.a.example"));
        assert_eq!(host("https://a.example:8443", sub).as_deref(), Ok("https://sub.a.example:8443"));
        assert_eq!(host("https://a.example", |_| None), Err("the host cannot be changed so"));
        assert!(host("null", sub).is_err());
        assert_eq!(port("https://a.example", 1).as_deref(), Ok("https://a.example:1"));
        assert_eq!(port("https://a.example:1", 1).as_deref(), Ok("https://a.example:2"));
    }
}
