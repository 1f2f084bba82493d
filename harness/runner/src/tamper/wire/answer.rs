//! The client's answer as JSON, with its parts decoded where a lie needs them.

use serde_json::Value;

/// A `RegistrationResponseJSON` or `AuthenticationResponseJSON` on its way to the target.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer(
    /// The JSON.
    pub Value,
);
