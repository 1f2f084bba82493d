//! Quirks: what a named firmware does differently from the specifications. A profile names them and says who witnessed
//! them; each is read in one place.

/// A reset has to be asked for within 5 seconds after power-up; newer firmware gives 10.
pub const RESET_WITHIN_5_SECONDS: &str = "reset-within-5-seconds";
/// Of a `pinUvAuthParam` under PIN/UV auth protocol 2, sixteen of the 32 bytes are compared.
pub const PIN_PROTOCOL_2_SHORT_VERIFY: &str = "pin-protocol-2-short-verify";
/// getInfo's `transportsForReset` has `USB` and `NFC` in capitals.
pub const RESET_TRANSPORTS_IN_CAPITALS: &str = "reset-transports-in-capitals";
/// getInfo's `versions` has `FIDO_2_2`, which no edition of CTAP allows.
pub const TELLS_FIDO_2_2: &str = "tells-fido-2-2";
/// Once `alwaysUv` is on, toggleAlwaysUv refuses to switch it off, as CTAP 2.3 §6.11.2 allows.
pub const ALWAYS_UV_FOR_GOOD: &str = "always-uv-for-good";
/// getInfo's options `alwaysUv` and `makeCredUvNotRqd` are both true.
pub const ALWAYS_UV_WITHOUT_CONSEQUENCE: &str = "always-uv-without-consequence";

/// A makeCredential or getAssertion that nobody touches ends with `USER_ACTION_TIMEOUT`; CTAP 2.3 §6.1.2 step 14.2.1.2 has
/// `OPERATION_DENIED`, as for one that is declined.
pub const TELLS_TOUCH_TIMEOUT: &str = "tells-touch-timeout";

/// Every quirk, sorted by name.
pub const ALL: &[&str] = &[
    ALWAYS_UV_FOR_GOOD,
    ALWAYS_UV_WITHOUT_CONSEQUENCE,
    PIN_PROTOCOL_2_SHORT_VERIFY,
    RESET_TRANSPORTS_IN_CAPITALS,
    RESET_WITHIN_5_SECONDS,
    TELLS_FIDO_2_2,
    TELLS_TOUCH_TIMEOUT,
];
