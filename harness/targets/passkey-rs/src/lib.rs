//! A foreign authenticator and client, passkey-rs, at our relying party: see `tests/`.
