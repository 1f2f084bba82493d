//! The extension of an Android key attestation certificate (WebAuthn L3 §8.4.1; the schema is in Android's
//! documentation, "Key and ID attestation").

use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, OctetStringRef};
use der::{Decode, Reader, SliceReader, Tag, TagNumber, Tagged};
use keyrig_ctap::ReasonClass;

use super::Certificate;
use crate::Refusal;
use crate::verify::Step;

const KEY_DESCRIPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11129.2.1.17");
const PURPOSE: TagNumber = TagNumber(1);
const ALL_APPLICATIONS: TagNumber = TagNumber(600);
const ORIGIN: TagNumber = TagNumber(702);

/// `KeyDescription`, as far as WebAuthn looks at it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeyDescription {
    /// What the caller asked the key store to attest to.
    pub(crate) challenge: Vec<u8>,
    /// What Android itself enforces.
    pub(crate) software_enforced: AuthorizationList,
    /// What the trusted execution environment or the secure element enforces.
    pub(crate) tee_enforced: AuthorizationList,
}

/// `AuthorizationList`, as far as WebAuthn looks at it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct AuthorizationList {
    /// Whether every application may use the key.
    pub(crate) all_applications: bool,
    /// Where the key comes from, if the list says so.
    pub(crate) origin: Option<i64>,
    /// What the key is for, if the list says so.
    pub(crate) purpose: Option<Vec<i64>>,
}

impl KeyDescription {
    /// Reads the extension; there has to be one.
    pub(crate) fn of(leaf: &Certificate, step: Step) -> Result<Self, Refusal> {
        let description = leaf.extension(KEY_DESCRIPTION, step)?.and_then(|value| Self::read(value).ok());
        description.ok_or_else(|| {
            let message = "the certificate has no Android key description (1.3.6.1.4.1.11129.2.1.17) that can be read";
            Refusal::new(ReasonClass::AttestationCertificate, "certificate_key_description", message, step)
        })
    }

    /// Two versions and two security levels come first, and members of a later schema may come last.
    fn read(value: &[u8]) -> der::Result<Self> {
        let members = members(AnyRef::from_der(value)?, Tag::Sequence)?;
        let [_, _, _, _, challenge, _, software_enforced, tee_enforced, ..] = &members[..] else {
            return Err(der::ErrorKind::Failed.into());
        };
        Ok(Self {
            challenge: challenge.decode_as::<&OctetStringRef>()?.as_bytes().to_vec(),
            software_enforced: AuthorizationList::read(*software_enforced)?,
            tee_enforced: AuthorizationList::read(*tee_enforced)?,
        })
    }
}

impl AuthorizationList {
    fn read(list: AnyRef<'_>) -> der::Result<Self> {
        let mut read = Self::default();
        for member in members(list, Tag::Sequence)? {
            let Tag::ContextSpecific { constructed: true, number } = member.tag() else {
                return Err(member.tag().unexpected_error(None).into());
            };
            let inner = || AnyRef::from_der(member.value());
            match number {
                ALL_APPLICATIONS => read.all_applications = true,
                ORIGIN if read.origin.is_none() => read.origin = Some(inner()?.decode_as::<i64>()?),
                PURPOSE if read.purpose.is_none() => {
                    let purposes = members(inner()?, Tag::Set)?;
                    read.purpose = Some(purposes.into_iter().map(AnyRef::decode_as).collect::<der::Result<_>>()?);
                }
                ORIGIN | PURPOSE => return Err(der::ErrorKind::Failed.into()),
                _ => {}
            }
        }
        Ok(read)
    }
}

fn members(list: AnyRef<'_>, tag: Tag) -> der::Result<Vec<AnyRef<'_>>> {
    list.tag().assert_eq(tag)?;
    let mut reader = SliceReader::new(list.value())?;
    let mut members = Vec::new();
    while !reader.is_finished() {
        members.push(AnyRef::decode(&mut reader)?);
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `KeyDescription` with these lists: version 300, everything in software, challenge 07.
    fn description(software: &[u8], tee: &[u8]) -> Vec<u8> {
        let head = b"\x02\x02\x01\x2c\x0a\x01\x00\x02\x01\x00\x0a\x01\x00\x04\x01\x07\x04\x00";
        let length = |body: &[u8]| u8::try_from(body.len()).unwrap();
        let list = |body: &[u8]| [&[0x30, length(body)], body].concat();
        list(&[&head[..], &list(software), &list(tee)].concat())
    }

    /// Purposes 2 and 3; algorithm 3; all applications; origin 0.
    const LIST: &[u8] = b"\xa1\x08\x31\x06\x02\x01\x02\x02\x01\x03\xa2\x03\x02\x01\x03\
        \xbf\x84\x58\x02\x05\x00\xbf\x85\x3e\x03\x02\x01\x00";

    #[test]
    fn each_list_is_read_for_itself() {
        let empty = AuthorizationList::default();
        let full = || AuthorizationList { all_applications: true, origin: Some(0), purpose: Some(vec![2, 3]) };
        for (software, tee, software_enforced, tee_enforced) in
            [(LIST, &[][..], full(), empty), (&[], LIST, AuthorizationList::default(), full())]
        {
            let expected = KeyDescription { challenge: vec![7], software_enforced, tee_enforced };
            assert_eq!(KeyDescription::read(&description(software, tee)).unwrap(), expected);
        }
    }

    #[test]
    fn a_description_of_another_shape_is_not_read() {
        let honest = description(LIST, &[]);
        let broken = [
            honest[..honest.len() - 1].to_vec(),
            [&honest[..], &[0]].concat(),
            b"\x30\x00".to_vec(),
            description(b"\x02\x01\x02", &[]),
            description(b"\xa1\x03\x02\x01\x02", &[]),
            description(b"\xa1\x05\x31\x03\x02\x01\x02\xa1\x05\x31\x03\x02\x01\x03", &[]),
            description(b"\xbf\x85\x3e\x03\x04\x01\x00", &[]),
        ];
        for description in broken {
            assert!(KeyDescription::read(&description).is_err(), "{description:02x?}");
        }
    }
}
