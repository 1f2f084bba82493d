//! What went over the wire, kept as evidence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use keyrig_ctap::u2f::{Apdu, StatusWord};
use keyrig_ctap::{Command, Status};

/// One HTTP request and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// What it was for: `registration options`, `session check`.
    pub label: String,
    /// The HTTP method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Headers that were set for this request; secrets are replaced by `…`.
    pub request_headers: Vec<(String, String)>,
    /// The JSON that was sent.
    pub request: Option<Value>,
    /// The HTTP status, if an answer came.
    pub status: Option<u16>,
    /// The body of the answer; one that is not JSON is kept as a string.
    pub response: Option<Value>,
    /// How long it took, in milliseconds.
    pub millis: u64,
}

/// One CTAP or U2F message and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CtapExchange {
    /// The command's name in the specification.
    pub command: String,
    /// The status's name in the specification.
    pub status: String,
    /// Command byte and parameters, or an APDU, in hexadecimal when serialised.
    #[serde(serialize_with = "hex")]
    pub request: Vec<u8>,
    /// Status byte and response, or data and status word, in hexadecimal when serialised.
    #[serde(serialize_with = "hex")]
    pub response: Vec<u8>,
}

impl CtapExchange {
    /// Names the bytes of one exchange.
    pub fn new(request: &[u8], response: &[u8]) -> Self {
        let name = |byte: Option<&u8>, name: fn(u8) -> String| byte.map_or_else(|| "nothing".to_owned(), |b| name(*b));
        Self {
            command: name(request.first(), |byte| Command(byte).to_string()),
            status: name(response.first(), |byte| Status(byte).to_string()),
            request: request.to_vec(),
            response: response.to_vec(),
        }
    }

    /// Names the APDU and the status word of one exchange.
    pub fn of_u2f(request: &[u8], response: &[u8]) -> Self {
        let command = Apdu::parse(request).map_or_else(|_| "no APDU".to_owned(), |apdu| apdu.instruction.to_string());
        let status = response.last_chunk::<2>().map(|status| StatusWord(u16::from_be_bytes(*status)));
        Self {
            command,
            status: status.map_or_else(|| "nothing".to_owned(), |status| status.to_string()),
            request: request.to_vec(),
            response: response.to_vec(),
        }
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes what is written to it");
        text
    })
}

fn hex<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_hex(bytes))
}
