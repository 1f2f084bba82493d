use keyrig_ctap::ctaphid::Command;
use keyrig_ctap::profile::Profile;

use super::yubico;

/// What a device says of itself to the operating system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name that programs show, 127 bytes at most; what is longer is cut.
    pub name: String,
    /// Where it sits, as a port of ours, 63 bytes at most.
    pub port: String,
    /// What tells two of them apart, 63 bytes at most.
    pub serial: String,
    /// The vendor that USB gave the number to.
    pub vendor: u16,
    /// The vendor's number for the product.
    pub product: u16,
    /// The version of the device, binary-coded decimal.
    pub version: u16,
    /// What it answers to commands of its vendor's (CTAP 2.3 §11.2.9), by which the vendor's programs know it.
    pub vendor_answers: Vec<(Command, Vec<u8>)>,
}

impl Identity {
    /// Nobody's product: pid.codes' number for tests, which no product may carry.
    pub fn neutral(serial: impl Into<String>) -> Self {
        let serial = serial.into();
        Self {
            name: "keyrig virtual authenticator".to_owned(),
            port: format!("keyrig/{serial}"),
            serial,
            vendor: 0x1209,
            product: 0x0001,
            version: 0,
            vendor_answers: Vec::new(),
        }
    }

    /// What the product itself says, where its numbers are known. Name and numbers are their owner's: nobody is to be told
    /// them unless that was asked for.
    pub fn of_product(serial: impl Into<String>, profile: &Profile) -> Option<Self> {
        let known = PRODUCTS.iter().find(|known| known.maker == profile.maker && (known.is)(profile))?;
        Some(Self {
            name: known.name.to_owned(),
            vendor: known.vendor,
            product: known.product,
            version: version(profile.firmware.as_deref().unwrap_or_default()),
            vendor_answers: if known.vendor == yubico::VENDOR { yubico::answers(profile) } else { Vec::new() },
            ..Self::neutral(serial)
        })
    }

    /// What is said of the same device once it is a product of `profile`: a neutral one stays nobody's.
    #[must_use]
    pub fn upgraded(self, profile: &Profile) -> Self {
        let neutral = Self::neutral(self.serial);
        if (self.vendor, self.product) == (neutral.vendor, neutral.product) {
            return neutral;
        }
        Self::of_product(neutral.serial.clone(), profile).unwrap_or(neutral)
    }
}

/// The numbers of a maker's keys, with the FIDO interface alone where a key can have several.
struct Product {
    maker: &'static str,
    /// Which of the maker's keys have them; the first that is it counts.
    is: fn(&Profile) -> bool,
    name: &'static str,
    vendor: u16,
    product: u16,
}

const PRODUCTS: &[Product] = &[
    // libfido2, udev/fidodevs
    Product {
        maker: "Yubico AB",
        is: yubico::is_early_security_key,
        name: "Yubico Security Key by Yubico",
        vendor: yubico::VENDOR,
        product: 0x0120,
    },
    // yubikey-manager, yubikit/core
    Product { maker: "Yubico AB", is: |_| true, name: "Yubico YubiKey FIDO", vendor: yubico::VENDOR, product: 0x0402 },
    // libfido2, udev/fidodevs
    Product { maker: "Nitrokey", is: |_| true, name: "Nitrokey Nitrokey 3", vendor: 0x20a0, product: 0x42b2 },
];

/// `5.4.3` is 0x0543.
fn version(firmware: &str) -> u16 {
    let mut numbers = firmware.split('.').map(|number| number.parse::<u16>().unwrap_or_default().min(0xf));
    let mut next = || numbers.next().unwrap_or_default();
    (next() << 8) | (next() << 4) | next()
}
