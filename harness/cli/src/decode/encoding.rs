//! From what a person pastes to bytes: hexadecimal, base64url, base64, or the bytes themselves.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// A form that bytes are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Encoding {
    /// Hexadecimal digits; spaces, colons and 0x are passed over
    Hex,
    /// The URL-safe alphabet of base64, with or without padding
    Base64url,
    /// The classic alphabet of base64, with or without padding
    Base64,
    /// The bytes themselves
    Raw,
}

impl Encoding {
    /// Every form, the ones that fit least often by accident first.
    const ALL: [Self; 4] = [Self::Hex, Self::Base64url, Self::Base64, Self::Raw];

    /// The bytes, if `input` is written in this form.
    pub(crate) fn read(self, input: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Hex => hexadecimal(std::str::from_utf8(input).ok()?),
            Self::Base64url => base64(std::str::from_utf8(input).ok()?, &GeneralPurpose::new(&URL_SAFE, LENIENT)),
            Self::Base64 => base64(std::str::from_utf8(input).ok()?, &GeneralPurpose::new(&STANDARD, LENIENT)),
            Self::Raw => Some(input.to_vec()),
        }
    }
}

/// Every reading of `input`, the likeliest first.
pub(crate) fn readings(input: &[u8]) -> impl Iterator<Item = (Encoding, Vec<u8>)> + '_ {
    Encoding::ALL.into_iter().filter_map(|encoding| Some((encoding, encoding.read(input)?)))
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().trim_start_matches("0x");
    let digits: Vec<u32> = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace() && *c != ':')
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks_exact(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).ok()).collect()
}

fn base64(text: &str, engine: &GeneralPurpose) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    engine.decode(text).ok().filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_reads_its_own() {
        assert_eq!(Encoding::Hex.read(b" 0x0a:0B 0c\n"), Some(vec![10, 11, 12]));
        assert_eq!(Encoding::Base64url.read(b"-_8\n"), Some(vec![0xfb, 0xff]));
        assert_eq!(Encoding::Base64.read(b"+/8="), Some(vec![0xfb, 0xff]));
        assert_eq!(Encoding::Hex.read(b"abc"), None);
        assert_eq!(Encoding::Base64url.read(b"+/8="), None);
    }

    #[test]
    fn hexadecimal_comes_first() {
        assert_eq!(readings(b"a363").next(), Some((Encoding::Hex, vec![0xa3, 0x63])));
    }
}
