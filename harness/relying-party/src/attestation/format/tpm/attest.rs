//! `TPMS_ATTEST`, what a TPM signs when it attests (TPM 2.0 Part 2, "TPMS_ATTEST").

use super::reader::Reader;

/// `TPM_GENERATED_VALUE`: "\xffTCG".
pub(super) const GENERATED_VALUE: u32 = 0xff54_4347;
/// `TPM_ST_ATTEST_CERTIFY`.
pub(super) const ATTEST_CERTIFY: u16 = 0x8017;
/// `clockInfo`: clock, reset count, restart count and whether the clock is safe; and `firmwareVersion`.
const CLOCK_AND_FIRMWARE: usize = 8 + 4 + 4 + 1 + 8;

/// A statement of a TPM's, without the signer, the clock and the firmware version: WebAuthn ignores them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attest<'a> {
    /// [`GENERATED_VALUE`], if the TPM made the statement from what is inside it.
    pub(super) magic: u32,
    /// What kind of statement it is.
    pub(super) kind: u16,
    /// What the caller wanted to be signed with it.
    pub(super) extra_data: &'a [u8],
    attested: &'a [u8],
}

impl<'a> Attest<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let magic = reader.u32()?;
        let kind = reader.u16()?;
        let _qualified_signer = reader.sized()?;
        let extra_data = reader.sized()?;
        reader.bytes(CLOCK_AND_FIRMWARE)?;
        Some(Self { magic, kind, extra_data, attested: reader.rest() })
    }

    /// The name of the object that was certified, in a `TPMS_CERTIFY_INFO` with nothing after it.
    pub(super) fn certified_name(&self) -> Option<&'a [u8]> {
        let mut reader = Reader::new(self.attested);
        let name = reader.sized()?;
        let _qualified_name = reader.sized()?;
        reader.finish()?;
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sized(bytes: &[u8]) -> Vec<u8> {
        [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(any::<u8>(), 0..80)
    }

    proptest! {
        #[test]
        fn a_statement_reads_back_whole_and_no_part_of_it_does(
            magic: u32, kind: u16, signer in bytes(), extra_data in bytes(),
            clock: [u8; CLOCK_AND_FIRMWARE], name in bytes(), qualified_name in bytes()
        ) {
            let head = [&magic.to_be_bytes()[..], &kind.to_be_bytes()].concat();
            let whole =
                [head, sized(&signer), sized(&extra_data), clock.to_vec(), sized(&name), sized(&qualified_name)].concat();
            let attest = Attest::parse(&whole).unwrap();
            prop_assert_eq!((attest.magic, attest.kind, attest.extra_data), (magic, kind, &extra_data[..]));
            prop_assert_eq!(attest.certified_name(), Some(&name[..]));
            for end in 0..whole.len() {
                prop_assert_eq!(Attest::parse(&whole[..end]).and_then(|part| part.certified_name()), None);
            }
            let longer = [whole, vec![0]].concat();
            prop_assert_eq!(Attest::parse(&longer).unwrap().certified_name(), None);
        }

        #[test]
        fn bytes_that_nobody_chose_never_panic(bytes in bytes()) {
            let _ = Attest::parse(&bytes).and_then(|attest| attest.certified_name());
        }
    }
}
