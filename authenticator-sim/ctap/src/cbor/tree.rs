//! The raw tree: what the bytes say, with the span of each item and each rule they break.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use ciborium_ll::{Decoder, Header};

use super::MAX_DEPTH;

/// Deeper than this nothing is read at all, whatever the rules in force.
const DEEPEST: usize = 64;

/// Where an item lies in the input, in bytes; `end` is one past the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes of `input` that the span covers.
    pub fn of<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        &input[self.start..self.end]
    }
}

/// One item and where it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<'a> {
    /// The whole item, header included.
    pub span: Span,
    /// What it is.
    pub kind: Kind<'a>,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind<'a> {
    /// Major type 0.
    Unsigned(u64),
    /// Major type 1: the value is `-1 - n`.
    Negative(u64),
    /// Major type 2, definite length.
    Bytes(&'a [u8]),
    /// Major type 3, definite length, valid UTF-8.
    Text(&'a str),
    /// Major type 3, definite length, not UTF-8.
    BrokenText(&'a [u8]),
    /// A byte string of indefinite length, by chunks.
    ByteChunks(Vec<Node<'a>>),
    /// A text string of indefinite length, by chunks.
    TextChunks(Vec<Node<'a>>),
    /// Major type 4.
    Array(Vec<Node<'a>>),
    /// Major type 5, in the order of the bytes, duplicates included.
    Map(Vec<(Node<'a>, Node<'a>)>),
    /// Major type 6.
    Tag(u64, Box<Node<'a>>),
    /// Booleans (20, 21), null (22), undefined (23) and the rest of the simple values.
    Simple(u8),
    /// A float of any width.
    Float(f64),
}

impl Node<'_> {
    /// A signed integer, if the item is an integer that fits.
    pub fn as_integer(&self) -> Option<i64> {
        match self.kind {
            Kind::Unsigned(n) => i64::try_from(n).ok(),
            Kind::Negative(n) => i64::try_from(n).ok().map(|n| -1 - n),
            _ => None,
        }
    }
}

/// A rule of the CTAP2 canonical form that the bytes break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlawKind {
    /// An integer or a length is longer than it must be.
    NotMinimal,
    /// A string, array or map has no length up front.
    Indefinite,
    /// A map key comes after one that it should precede.
    KeyOrder,
    /// A map key is there twice.
    DuplicateKey,
    /// More than four levels of nesting.
    TooDeep,
    /// A tag.
    Tagged,
    /// A text string is not UTF-8.
    NotUtf8,
    /// Bytes follow the item.
    TrailingBytes,
}

impl fmt::Display for FlawKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotMinimal => "not the shortest form",
            Self::Indefinite => "indefinite length",
            Self::KeyOrder => "map keys out of order",
            Self::DuplicateKey => "duplicate map key",
            Self::TooDeep => "nested deeper than four levels",
            Self::Tagged => "tagged",
            Self::NotUtf8 => "text that is not UTF-8",
            Self::TrailingBytes => "bytes after the item",
        })
    }
}

/// A broken rule and the offset where it is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Offset in bytes.
    pub at: usize,
    /// Which rule.
    pub kind: FlawKind,
}

/// Not CBOR at all: cut short, a reserved header, a break out of place, or nested past all reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Offset in bytes.
    pub at: usize,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed CBOR at byte {}", self.at)
    }
}

impl core::error::Error for Malformed {}

/// One item read from the front of the input.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree<'a> {
    /// The item.
    pub root: Node<'a>,
    /// Every broken rule, by offset.
    pub flaws: Vec<Flaw>,
}

impl<'a> Tree<'a> {
    /// Reads the first item of `input`; what follows it is a [`FlawKind::TrailingBytes`].
    ///
    /// # Errors
    ///
    /// [`Malformed`] where the bytes are not CBOR.
    pub fn parse(input: &'a [u8]) -> Result<Self, Malformed> {
        let mut tree = Self::parse_prefix(input)?;
        if tree.root.span.end < input.len() {
            tree.flaws.push(Flaw { at: tree.root.span.end, kind: FlawKind::TrailingBytes });
        }
        Ok(tree)
    }

    /// Reads the first item of `input`; other bytes may follow it, as a COSE key is followed by extensions.
    ///
    /// # Errors
    ///
    /// [`Malformed`] where the bytes are not CBOR.
    pub fn parse_prefix(input: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader { input, at: 0, flaws: Vec::new() };
        let root = reader.item(0)?;
        reader.flaws.sort_by_key(|flaw| flaw.at);
        Ok(Self { root, flaws: reader.flaws })
    }
}

struct Reader<'a> {
    input: &'a [u8],
    at: usize,
    flaws: Vec<Flaw>,
}

impl<'a> Reader<'a> {
    fn item(&mut self, depth: usize) -> Result<Node<'a>, Malformed> {
        let start = self.at;
        let header = self.header()?;
        if matches!(header, Header::Array(_) | Header::Map(_)) {
            self.check_depth(start, depth)?;
        }
        let kind = match header {
            Header::Positive(n) => Kind::Unsigned(n),
            Header::Negative(n) => Kind::Negative(n),
            Header::Float(x) => Kind::Float(x),
            Header::Simple(n) => Kind::Simple(n),
            Header::Bytes(Some(len)) => Kind::Bytes(self.take(len)?),
            Header::Text(Some(len)) => self.text(len)?,
            Header::Bytes(None) => Kind::ByteChunks(self.chunks(start, false)?),
            Header::Text(None) => Kind::TextChunks(self.chunks(start, true)?),
            Header::Array(len) => Kind::Array(self.array(start, len, depth)?),
            Header::Map(len) => Kind::Map(self.map(start, len, depth)?),
            Header::Tag(tag) => {
                self.flaw(start, FlawKind::Tagged);
                if depth >= DEEPEST {
                    return Err(Malformed { at: start });
                }
                Kind::Tag(tag, Box::new(self.item(depth + 1)?))
            }
            Header::Break => return Err(Malformed { at: start }),
        };
        Ok(Node { span: Span { start, end: self.at }, kind })
    }

    fn header(&mut self) -> Result<Header, Malformed> {
        let start = self.at;
        if let Some(header) = self.input.get(start).and_then(|initial| header_of_one_byte(*initial)) {
            self.at += 1;
            return Ok(header);
        }
        let mut decoder = Decoder::from(&self.input[start..]);
        let header = decoder.pull().map_err(|_| Malformed { at: start })?;
        let length = decoder.offset();
        let value = match header {
            Header::Positive(n) | Header::Negative(n) | Header::Tag(n) => Some(n),
            Header::Bytes(Some(n)) | Header::Text(Some(n)) | Header::Array(Some(n)) | Header::Map(Some(n)) => {
                Some(n as u64)
            }
            _ => None,
        };
        // Two bytes for what the first one can say are no CBOR (RFC 8949 §3.3).
        if length == 2 && matches!(header, Header::Simple(..0x20)) {
            return Err(Malformed { at: start });
        }
        if value.is_some_and(|n| length > shortest_header(n)) {
            self.flaw(start, FlawKind::NotMinimal);
        }
        self.at = start + length;
        Ok(header)
    }

    fn check_depth(&mut self, start: usize, depth: usize) -> Result<(), Malformed> {
        if depth >= DEEPEST {
            return Err(Malformed { at: start });
        }
        if depth == MAX_DEPTH {
            self.flaw(start, FlawKind::TooDeep);
        }
        Ok(())
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let end = self.at.checked_add(len).filter(|end| *end <= self.input.len()).ok_or(Malformed { at: self.at })?;
        let bytes = &self.input[self.at..end];
        self.at = end;
        Ok(bytes)
    }

    fn text(&mut self, len: usize) -> Result<Kind<'a>, Malformed> {
        let start = self.at;
        let bytes = self.take(len)?;
        Ok(match core::str::from_utf8(bytes) {
            Ok(text) => Kind::Text(text),
            Err(_) => {
                self.flaw(start, FlawKind::NotUtf8);
                Kind::BrokenText(bytes)
            }
        })
    }

    fn chunks(&mut self, start: usize, text: bool) -> Result<Vec<Node<'a>>, Malformed> {
        self.flaw(start, FlawKind::Indefinite);
        let mut chunks = Vec::new();
        loop {
            let at = self.at;
            let kind = match self.header()? {
                Header::Break => return Ok(chunks),
                Header::Bytes(Some(len)) if !text => Kind::Bytes(self.take(len)?),
                Header::Text(Some(len)) if text => self.text(len)?,
                _ => return Err(Malformed { at }),
            };
            chunks.push(Node { span: Span { start: at, end: self.at }, kind });
        }
    }

    fn array(&mut self, start: usize, len: Option<usize>, depth: usize) -> Result<Vec<Node<'a>>, Malformed> {
        let mut items = Vec::with_capacity(self.room(len));
        while self.more(start, len, items.len())? {
            items.push(self.item(depth + 1)?);
        }
        Ok(items)
    }

    fn map(&mut self, start: usize, len: Option<usize>, depth: usize) -> Result<Vec<(Node<'a>, Node<'a>)>, Malformed> {
        let mut entries: Vec<(Node<'a>, Node<'a>)> = Vec::with_capacity(self.room(len));
        let mut sorted = true;
        while self.more(start, len, entries.len())? {
            let key = self.item(depth + 1)?;
            if let Some((previous, _)) = entries.last() {
                match canonical_order(previous.span.of(self.input), key.span.of(self.input)) {
                    Ordering::Less => {}
                    Ordering::Equal => self.flaw(key.span.start, FlawKind::DuplicateKey),
                    Ordering::Greater => {
                        self.flaw(key.span.start, FlawKind::KeyOrder);
                        sorted = false;
                    }
                }
            }
            entries.push((key, self.item(depth + 1)?));
        }
        if !sorted {
            self.find_scattered_duplicates(&entries);
        }
        Ok(entries)
    }

    fn find_scattered_duplicates(&mut self, entries: &[(Node<'a>, Node<'a>)]) {
        let mut keys: Vec<Span> = entries.iter().map(|(key, _)| key.span).collect();
        let input = self.input;
        keys.sort_by(|a, b| a.of(input).cmp(b.of(input)).then(a.start.cmp(&b.start)));
        for pair in keys.windows(2) {
            let flaw = Flaw { at: pair[1].start, kind: FlawKind::DuplicateKey };
            if pair[0].of(input) == pair[1].of(input) && !self.flaws.contains(&flaw) {
                self.flaws.push(flaw);
            }
        }
    }

    fn more(&mut self, start: usize, len: Option<usize>, have: usize) -> Result<bool, Malformed> {
        if let Some(len) = len {
            return Ok(have < len);
        }
        if have == 0 {
            self.flaw(start, FlawKind::Indefinite);
        }
        let closed = *self.input.get(self.at).ok_or(Malformed { at: self.at })? == 0xff;
        if closed {
            self.at += 1;
        }
        Ok(!closed)
    }

    /// Room to reserve: never more than the input could hold, whatever the header claims.
    fn room(&self, len: Option<usize>) -> usize {
        len.unwrap_or(0).min(self.input.len() - self.at)
    }

    fn flaw(&mut self, at: usize, kind: FlawKind) {
        self.flaws.push(Flaw { at, kind });
    }
}

/// The order of map keys: lower major type, then shorter, then bytewise (CTAP 2.3 §8).
pub(super) fn canonical_order(a: &[u8], b: &[u8]) -> Ordering {
    let major = |key: &[u8]| key.first().map(|byte| byte >> 5);
    major(a).cmp(&major(b)).then(a.len().cmp(&b.len())).then_with(|| a.cmp(b))
}

/// The header that an initial byte is by itself (RFC 8949 §3): most are. Nothing is shorter.
const fn header_of_one_byte(initial: u8) -> Option<Header> {
    let (major, argument) = (initial >> 5, initial & 0x1f);
    if argument > 23 {
        return None;
    }
    Some(match major {
        0 => Header::Positive(argument as u64),
        1 => Header::Negative(argument as u64),
        2 => Header::Bytes(Some(argument as usize)),
        3 => Header::Text(Some(argument as usize)),
        4 => Header::Array(Some(argument as usize)),
        5 => Header::Map(Some(argument as usize)),
        6 => Header::Tag(argument as u64),
        _ => Header::Simple(argument),
    })
}

const fn shortest_header(n: u64) -> usize {
    match n {
        0..24 => 1,
        24..0x100 => 2,
        0x100..0x1_0000 => 3,
        0x1_0000..0x1_0000_0000 => 5,
        _ => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaws(bytes: &[u8]) -> Vec<FlawKind> {
        Tree::parse(bytes).unwrap().flaws.into_iter().map(|flaw| flaw.kind).collect()
    }

    #[test]
    fn each_rule_is_noticed() {
        use FlawKind::*;
        let cases: &[(&[u8], &[FlawKind])] = &[
            (&[0xa2, 0x01, 0x02, 0x03, 0x04], &[]),
            (&[0x18, 0x17], &[NotMinimal]),
            (&[0x19, 0x00, 0xff], &[NotMinimal]),
            (&[0x58, 0x01, 0x00], &[NotMinimal]),
            (&[0x9f, 0xff], &[Indefinite]),
            (&[0x5f, 0x41, 0x00, 0xff], &[Indefinite]),
            (&[0xa2, 0x03, 0x04, 0x01, 0x02], &[KeyOrder]),
            (&[0xa2, 0x20, 0x04, 0x01, 0x02], &[KeyOrder]),
            (&[0xa2, 0x01, 0x04, 0x01, 0x02], &[DuplicateKey]),
            (&[0xa3, 0x01, 0x04, 0x02, 0x02, 0x01, 0x00], &[KeyOrder, DuplicateKey]),
            (&[0x81, 0x81, 0x81, 0x81, 0x81, 0x01], &[TooDeep]),
            (&[0x81, 0x81, 0x81, 0x81, 0x01], &[]),
            (&[0xc0, 0x01], &[Tagged]),
            (&[0x61, 0xff], &[NotUtf8]),
            (&[0x01, 0x01], &[TrailingBytes]),
        ];
        for (bytes, expected) in cases {
            assert_eq!(flaws(bytes), *expected, "{bytes:02x?}");
        }
    }

    #[test]
    fn an_initial_byte_is_the_header_that_ciborium_reads() {
        for initial in 0..=u8::MAX {
            let bytes = [initial];
            let mut decoder = Decoder::from(&bytes[..]);
            let pulled = decoder.pull().ok().filter(|header| *header != Header::Break && initial & 0x1f < 24);
            assert_eq!(header_of_one_byte(initial), pulled, "{initial:#04x}");
        }
    }

    #[test]
    fn what_is_not_cbor_is_malformed() {
        for bytes in [&[][..], &[0x18], &[0x42, 0x00], &[0xff], &[0x1c], &[0xa1, 0x01], &[0x9f], &[0x5f, 0x61, 0x61]] {
            assert!(Tree::parse(bytes).is_err(), "{bytes:02x?}");
        }
        assert!(Tree::parse(&[0xf8, 0x14]).is_err() && Tree::parse(&[0xf8, 0x1f]).is_err(), "false in two bytes");
        assert!(Tree::parse(&[0xf4]).is_ok() && Tree::parse(&[0xf8, 0x20]).is_ok());
        assert!(Tree::parse(&[0x81; 1000]).is_err());
        assert!(Tree::parse(&[0xc1; 1000]).is_err());
        assert!(Tree::parse(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).is_err());
    }

    #[test]
    fn text_keys_sort_by_length_first() {
        assert_eq!(canonical_order(b"\x62rk", b"\x64plat"), Ordering::Less);
        assert_eq!(canonical_order(b"\x62up", b"\x62rk"), Ordering::Greater);
    }
}
