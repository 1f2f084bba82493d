//! A cookie jar for one session at one target.
//!
//! It keeps what browsers and HTTP libraries drop on loopback: `Secure` over plain HTTP, `Domain=localhost`. A target
//! under test stands for one that has TLS in front.

/// The cookies of one session.
#[derive(Clone, Debug, Default)]
pub(super) struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// Takes one `Set-Cookie` header.
    pub(super) fn take(&mut self, set_cookie: &str) {
        let mut parts = set_cookie.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
        let gone = parts.any(|attribute| {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            key.eq_ignore_ascii_case("max-age") && value.trim().parse().is_ok_and(|seconds: i64| seconds <= 0)
        });
        self.0.retain(|(known, _)| known != name);
        if !gone && !value.is_empty() {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The `Cookie` header.
    pub(super) fn header(&self) -> Option<String> {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_come_change_and_go() {
        let mut jar = Cookies::default();
        assert_eq!(jar.header(), None);
        jar.take("sid=1; Path=/; HttpOnly; Secure; Domain=localhost");
        jar.take("other=a=b");
        assert_eq!(jar.header().as_deref(), Some("sid=1; other=a=b"));
        jar.take("sid=2");
        jar.take("other=x; Max-Age=0");
        assert_eq!(jar.header().as_deref(), Some("sid=2"));
        jar.take("rubbish");
        assert_eq!(jar.header().as_deref(), Some("sid=2"));
    }
}
