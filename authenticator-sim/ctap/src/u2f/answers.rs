//! What a registration and an authentication answer, without the status word.

use alloc::vec::Vec;

/// Bytes of a public key: a point of P-256, uncompressed.
pub const POINT_LENGTH: usize = 65;

/// The first byte of a registration, which means nothing.
const RESERVED: u8 = 0x05;

/// What `U2F_REGISTER` answers (U2F 1.2 Raw Message Formats, "Registration Response Message: Success").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration<'a> {
    /// The public key, an uncompressed point of P-256.
    pub public_key: &'a [u8],
    /// The key handle, 255 bytes at most.
    pub key_handle: &'a [u8],
    /// The attestation certificate, DER.
    pub certificate: &'a [u8],
    /// The signature of the certificate's key.
    pub signature: &'a [u8],
}

/// What `U2F_AUTHENTICATE` answers where it signs (U2F 1.2 Raw Message Formats, "Authentication Response Message:
/// Success").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authentication<'a> {
    /// Whether somebody was present, in bit 0.
    pub presence: u8,
    /// The counter.
    pub counter: u32,
    /// The signature of the credential's key.
    pub signature: &'a [u8],
}

impl<'a> Registration<'a> {
    /// Reads the data; `None` where it is none of a registration. Neither the certificate nor the signature is looked
    /// into, and nothing is left over: what follows the certificate is the signature.
    pub fn parse(data: &'a [u8]) -> Option<Self> {
        let (&RESERVED, rest) = data.split_first()? else { return None };
        let (public_key, rest) = rest.split_at_checked(POINT_LENGTH)?;
        let (&length, rest) = rest.split_first()?;
        let (key_handle, rest) = rest.split_at_checked(usize::from(length))?;
        let (certificate, signature) = rest.split_at_checked(sequence(rest)?)?;
        Some(Self { public_key, key_handle, certificate, signature })
    }

    /// The data. Of a key handle that is too long, the first 255 bytes.
    pub fn encode(&self) -> Vec<u8> {
        let length = u8::try_from(self.key_handle.len()).unwrap_or(u8::MAX);
        let key_handle = &self.key_handle[..usize::from(length)];
        [&[RESERVED], self.public_key, &[length], key_handle, self.certificate, self.signature].concat()
    }
}

impl<'a> Authentication<'a> {
    /// Reads the data; `None` where it is too short.
    pub fn parse(data: &'a [u8]) -> Option<Self> {
        let (&presence, rest) = data.split_first()?;
        let (counter, signature) = rest.split_first_chunk::<4>()?;
        Some(Self { presence, counter: u32::from_be_bytes(*counter), signature })
    }

    /// The data.
    pub fn encode(&self) -> Vec<u8> {
        [&[self.presence], &self.counter.to_be_bytes()[..], self.signature].concat()
    }
}

/// The length of the DER sequence at the front, its head included.
fn sequence(bytes: &[u8]) -> Option<usize> {
    match *bytes {
        [0x30, n @ 0..=0x7f, ..] => Some(2 + usize::from(n)),
        [0x30, 0x81, n, ..] => Some(3 + usize::from(n)),
        [0x30, 0x82, a, b, ..] => Some(4 + usize::from(u16::from_be_bytes([a, b]))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    fn certificate(body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u16).to_be_bytes();
        let head: &[u8] = match body.len() {
            n @ 0..=0x7f => &[0x30, n as u8],
            n @ 0x80..=0xff => &[0x30, 0x81, n as u8],
            _ => &[0x30, 0x82, length[0], length[1]],
        };
        [head, body].concat()
    }

    #[test]
    fn a_registration_cut_short_is_none() {
        let certificate = certificate(&[7; 300]);
        let whole = Registration {
            public_key: &[4; POINT_LENGTH],
            key_handle: &[9; 64],
            certificate: &certificate,
            signature: &[],
        };
        let data = whole.encode();
        assert_eq!(Registration::parse(&data), Some(whole));
        for length in 0..data.len() {
            assert_eq!(Registration::parse(&data[..length]), None, "{length}");
        }
        assert_eq!(Registration::parse(&[&[4], &data[1..]].concat()), None, "another first byte");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            public_key in prop::collection::vec(any::<u8>(), POINT_LENGTH),
            key_handle in prop::collection::vec(any::<u8>(), 0..=255),
            body in prop_oneof![prop::collection::vec(any::<u8>(), 0..600), Just(vec![1; 127]), Just(vec![1; 256])],
            signature in prop::collection::vec(any::<u8>(), 0..80),
            (presence, counter) in any::<(u8, u32)>(),
        ) {
            let certificate = certificate(&body);
            let registration = Registration {
                public_key: &public_key, key_handle: &key_handle, certificate: &certificate, signature: &signature,
            };
            let data = registration.encode();
            prop_assert_eq!(Registration::parse(&data), Some(registration));
            let authentication = Authentication { presence, counter, signature: &signature };
            let data = authentication.encode();
            prop_assert_eq!(Authentication::parse(&data), Some(authentication));
        }

        #[test]
        fn any_bytes_are_an_answer_or_none(mut bytes in prop::collection::vec(any::<u8>(), 0..400), u2f in any::<bool>()) {
            if let Some(first) = bytes.first_mut().filter(|_| u2f) {
                *first = RESERVED;
            }
            if let Some(registration) = Registration::parse(&bytes) {
                prop_assert_eq!(registration.encode(), bytes.clone());
            }
            if let Some(authentication) = Authentication::parse(&bytes) {
                prop_assert_eq!(authentication.encode(), bytes);
            }
        }
    }
}
