//! A whole state as bytes, to be put back another time or into another authenticator.

use alloc::vec::Vec;
use core::fmt;

use keyrig_ctap::cbor::{
    DecodeError, Node, Problem, Writer, expect_array, expect_bytes, expect_text, expect_uint, parse_canonical,
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{FORMAT, Part, State};

/// What every snapshot begins with.
const MAGIC: &str = "keyrig snapshot";

/// Why bytes are of no use as a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotASnapshot {
    /// They are something else.
    Other,
    /// A newer keyrig has made it.
    Newer(
        /// The version of its form; ours is [`FORMAT`].
        u64,
    ),
    /// It was changed since it was taken.
    Damaged,
    /// What is in it is no state.
    Unreadable(DecodeError),
}

impl fmt::Display for NotASnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other => f.write_str("these bytes are no snapshot"),
            Self::Newer(found) => write!(f, "the snapshot is of format {found}, and only format {FORMAT} is known"),
            Self::Damaged => f.write_str("the snapshot was changed since it was taken"),
            Self::Unreadable(error) => write!(f, "the snapshot holds no state: {error}"),
        }
    }
}

impl core::error::Error for NotASnapshot {}

impl State {
    /// Everything that is remembered, with counters as they were told. It holds private keys.
    pub fn snapshot(&self) -> Zeroizing<Vec<u8>> {
        let body = Zeroizing::new(self.body());
        let mut out = Writer::new();
        out.array(4).text(MAGIC).uint(FORMAT).bytes(&body).bytes(&Sha256::digest(&*body));
        Zeroizing::new(out.into_bytes())
    }

    /// The state that was taken; its counters go on from there.
    ///
    /// # Errors
    ///
    /// [`NotASnapshot`].
    pub fn from_snapshot(snapshot: &[u8]) -> Result<Self, NotASnapshot> {
        let root = parse_canonical(snapshot).map_err(|_| NotASnapshot::Other)?;
        let Ok([magic, format, rest @ ..]) = expect_array(&root, "snapshot") else { return Err(NotASnapshot::Other) };
        if expect_text(magic, "magic") != Ok(MAGIC) {
            return Err(NotASnapshot::Other);
        }
        match expect_uint(format, "format") {
            Ok(FORMAT) => {}
            Ok(newer) if newer > FORMAT => return Err(NotASnapshot::Newer(newer)),
            _ => return Err(NotASnapshot::Other),
        }
        let [body, digest] = rest else { return Err(NotASnapshot::Damaged) };
        let (body, digest) = (expect_bytes(body, "body"), expect_bytes(digest, "digest"));
        let (Ok(body), Ok(digest)) = (body, digest) else { return Err(NotASnapshot::Damaged) };
        if Sha256::digest(body)[..] != *digest {
            return Err(NotASnapshot::Damaged);
        }
        Self::from_body(body).map_err(NotASnapshot::Unreadable)
    }

    /// The device's record, the large blobs, and an array of credentials, each its id and its record.
    fn body(&self) -> Vec<u8> {
        let record = |part: &Part| Zeroizing::new(self.record(part).unwrap_or_default());
        let mut out = Writer::new();
        out.array(3).bytes(&record(&Part::Device)).bytes(&record(&Part::LargeBlobs)).array(self.credentials.len());
        for id in self.credentials.keys() {
            out.array(2).bytes(id).bytes(&record(&Part::Credential(id.to_vec())));
        }
        out.into_bytes()
    }

    fn from_body(body: &[u8]) -> Result<Self, DecodeError> {
        let root = parse_canonical(body)?;
        let [device, large_blobs, credentials] = expect_array(&root, "body")? else { return Err(short(&root)) };
        let mut records = Vec::from([
            (Part::Device, expect_bytes(device, "device")?.to_vec()),
            (Part::LargeBlobs, expect_bytes(large_blobs, "large blobs")?.to_vec()),
        ]);
        for entry in expect_array(credentials, "credentials")? {
            let [id, record] = expect_array(entry, "credential")? else { return Err(short(entry)) };
            let id = expect_bytes(id, "credential id")?.to_vec();
            records.push((Part::Credential(id), expect_bytes(record, "credential")?.to_vec()));
        }
        Self::from_records(records)
    }
}

const fn short(node: &Node<'_>) -> DecodeError {
    DecodeError { at: node.span.start, field: "body", problem: Problem::Length }
}
