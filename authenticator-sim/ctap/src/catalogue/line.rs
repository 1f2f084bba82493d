//! Product lines: the generations of one product. New firmware with other features has another AAGUID.

use crate::Aaguid;

/// The AAGUID one generation before.
pub(super) fn before(aaguid: Aaguid) -> Option<Aaguid> {
    neighbours().find(|(_, after)| *after == aaguid).map(|(before, _)| before)
}

/// The AAGUID one generation after.
pub(super) fn after(aaguid: Aaguid) -> Option<Aaguid> {
    neighbours().find(|(before, _)| *before == aaguid).map(|(_, after)| after)
}

fn neighbours() -> impl Iterator<Item = (Aaguid, Aaguid)> {
    YUBICO.iter().flat_map(|line| line.windows(2)).map(|pair| (pair[0], pair[1]))
}

const fn aaguid(text: &str) -> Aaguid {
    Aaguid::from_literal(text)
}

/// Yubico's lines of more than one generation, each from the oldest to the newest.
const YUBICO: &[&[Aaguid]] = &[
    // YubiKey 5
    &[
        aaguid("cb69481e-8ff7-4039-93ec-0a2729a154a8"),
        aaguid("ee882879-721c-4913-9775-3dfcce97072a"),
        aaguid("19083c3d-8383-4b18-bc03-8f1c9ab2fd1b"),
        aaguid("ff4dac45-ede8-4ec2-aced-cf66103f4335"),
        aaguid("0a357157-9b18-4c8a-920e-d156e972b2f8"),
    ],
    // YubiKey 5 NFC
    &[
        aaguid("fa2b99dc-9e39-4257-8f92-4a30d23c4118"),
        aaguid("2fc0579f-8113-47ea-b116-bb5a8db9202a"),
        aaguid("a25342c0-3cdc-4414-8e46-f4807fca511c"),
        aaguid("d7781e5d-e353-46aa-afe2-3ca49f13332a"),
        aaguid("f4ce5fc0-57d3-46f5-a736-efb7d5bc63b5"),
    ],
    // YubiKey 5Ci
    &[
        aaguid("c5ef55ff-ad9a-4b9f-b580-adebafe026d0"),
        aaguid("a02167b9-ae71-4ac7-9a07-06432ebb6f1c"),
        aaguid("24673149-6c86-42e7-98d9-433fb5b73296"),
        aaguid("03012cb7-4fb2-42e7-9e8d-a81f10e2a5e9"),
    ],
    // YubiKey 5, enterprise profile
    &[
        aaguid("20ac7a17-c814-4833-93fe-539f0d5e3389"),
        aaguid("4599062e-6926-4fe7-9566-9e8fb1aedaa0"),
        aaguid("524de2de-982f-49b4-a769-2b5e3b73ad79"),
    ],
    // YubiKey 5 NFC, enterprise profile
    &[
        aaguid("1ac71f64-468d-4fe0-bef1-0e5f2f551f18"),
        aaguid("6ab56fad-881f-4a43-acb2-0be065924522"),
        aaguid("41e39911-c669-4811-b860-c6ad0b411b96"),
    ],
    // YubiKey 5Ci, enterprise profile
    &[
        aaguid("b90e7dc1-316e-4fee-a25a-56a666a670fe"),
        aaguid("3b24bf49-1d45-4484-a917-13175df0867b"),
        aaguid("c3479970-e58a-4f70-836f-853bf42fb063"),
    ],
    // YubiKey 5 NFC, the variant KVZR57
    &[aaguid("9eb7eabc-9db5-49a1-b6c3-555a802093f4"), aaguid("7dab85a5-d16d-4eaf-a7ef-4c1385b151c5")],
    // YubiKey 5 NFC, enhanced PIN
    &[aaguid("662ef48a-95e2-4aaa-a6c1-5b9c40375824"), aaguid("0ebd9f2c-f685-441c-8c3e-a02a234a840a")],
    // YubiKey 5 NFC, enhanced PIN, enterprise profile
    &[aaguid("b2c1a50b-dad8-4dc7-ba4d-0ce9597904bc"), aaguid("9a3f2abd-a73d-439c-9ee7-1b53a857eaa7")],
    // YubiKey 5 CCN NFC
    &[aaguid("3aa78eb1-ddd8-46a8-a821-8f8ec57a7bd5"), aaguid("eb7ef748-cbe0-4b40-b8f6-07bd2d592d35")],
    // YubiKey 5 CCN NFC, enterprise profile
    &[aaguid("4fc84f16-2545-4e53-b8fc-7bf4d7282a10"), aaguid("3ec9c8d3-a5a7-415b-a7b5-f1d606368d3f")],
    // YubiKey 5 FIPS
    &[aaguid("73bb0cd4-e502-49b8-9c6f-b59445bf720b"), aaguid("57f7de54-c807-4eab-b1c6-1c9be7984e92")],
    // YubiKey 5 FIPS NFC
    &[aaguid("c1f9a0bc-1dd2-404a-b27f-8e29047a43fd"), aaguid("fcc0118f-cd45-435b-8da1-9782b2da0715")],
    // YubiKey 5Ci FIPS
    &[aaguid("85203421-48f9-4355-9bc8-8a53846e5083"), aaguid("7b96457d-e3cd-432b-9ceb-c9fdd7ef7432")],
    // Security Key
    &[aaguid("f8a011f3-8c0a-4d15-8006-17111f9edc7d"), aaguid("b92c3f9a-c014-4056-887f-140a2501163b")],
    // Security Key NFC
    &[
        aaguid("6d44ba9b-f6ec-2e49-b930-0c8fe920cb73"),
        aaguid("149a2021-8ef6-4133-96b8-81f8d5b7f1f5"),
        aaguid("a4e9fc6d-4cbe-4758-b8ba-37598bb5bbaa"),
        aaguid("e77e3c64-05e3-428b-8824-0cbeb04b829d"),
        aaguid("b7d3f68e-88a6-471e-9ecf-2df26d041ede"),
        aaguid("0f083f18-4105-43a8-ad69-24e812e38141"),
    ],
    // Security Key NFC, enterprise edition
    &[
        aaguid("0bb43545-fd2c-4185-87dd-feb0b2916ace"),
        aaguid("47ab2fb4-66ac-4184-9ae1-86be814012d5"),
        aaguid("ed042a3a-4b22-4455-bb69-a267b652ae7e"),
        aaguid("24083bcb-3034-4867-99de-a3b52e1d426a"),
    ],
    // Security Key NFC, enterprise edition, enterprise profile
    &[
        aaguid("9ff4cc65-6154-4fff-ba09-9e2af7882ad2"),
        aaguid("72c6b72d-8512-4c66-8359-9d3d10d9222f"),
        aaguid("ab7d1767-3fa0-4388-b6c4-feef7a844809"),
    ],
    // YubiKey Bio, FIDO only
    &[
        aaguid("d8522d9f-575b-4866-88a9-ba99fa02f35b"),
        aaguid("dd86a2da-86a0-4cbe-b462-4bd31f57bc6f"),
        aaguid("7409272d-1ff9-4e10-9fc9-ac0019c124fd"),
        aaguid("9dd8d593-2213-438a-97f8-d6b813d51c27"),
    ],
    // YubiKey Bio, FIDO only, enterprise profile
    &[
        aaguid("83c47309-aabb-4108-8470-8be838b573cb"),
        aaguid("8c39ee86-7f9a-4a95-9ba3-f6b097e5c2ee"),
        aaguid("ad08c78a-4e41-49b9-86a2-ac15b06899e2"),
        aaguid("add92433-0d69-4026-8166-29b25bce64e9"),
    ],
    // YubiKey Bio, multi-protocol
    &[
        aaguid("7d1351a6-e097-4852-b8bf-c9ac5c9ce4a3"),
        aaguid("90636e1f-ef82-43bf-bdcf-5255f139d12f"),
        aaguid("34744913-4f57-4e6e-a527-e9ec3c4b94e6"),
        aaguid("ba0a9266-40d8-4048-9786-d710b5474752"),
    ],
    // YubiKey Bio, multi-protocol, enterprise profile
    &[
        aaguid("97e6a830-c952-4740-95fc-7c78dc97ce47"),
        aaguid("6ec5cff2-a0f9-4169-945b-f33b563f7b99"),
        aaguid("dc5e949d-f939-43b3-9877-a85c7186b753"),
    ],
    // YubiKey Bio, multi-protocol, the variant 1VDJSN
    &[aaguid("58276709-bb4b-4bb3-baf1-60eea99282a7"), aaguid("9806a2c8-c0da-478e-b4ca-620005d34182")],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::find;

    #[test]
    fn every_generation_is_in_the_catalogue_once_and_newer_than_the_one_before() {
        let mut all: alloc::vec::Vec<Aaguid> = YUBICO.iter().flat_map(|line| line.iter().copied()).collect();
        for (before, after) in neighbours() {
            let firmware = |aaguid| find(aaguid).and_then(|entry| entry.firmware);
            assert!(firmware(before).unwrap().last < firmware(after).unwrap().first, "{before} and {after}");
        }
        all.sort();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
