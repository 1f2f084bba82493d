//! Credential ids that nobody has, for accounts that nobody has: whoever asks learns nothing.

use aws_lc_rs::hmac;
use serde_json::Value;

use super::registration::descriptor;

/// A credential descriptor that looks like any other and is the same each time for the same name.
pub(super) fn decoy(key: &[u8; 32], username: &str) -> Value {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let id = hmac::sign(&key, username.as_bytes());
    descriptor(id.as_ref(), &["internal".to_owned(), "hybrid".to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_gets_the_same_decoy_and_another_another() {
        assert_eq!(decoy(&[1; 32], "alice"), decoy(&[1; 32], "alice"));
        assert_ne!(decoy(&[1; 32], "alice"), decoy(&[1; 32], "bob"));
        assert_ne!(decoy(&[1; 32], "alice"), decoy(&[2; 32], "alice"));
    }
}
