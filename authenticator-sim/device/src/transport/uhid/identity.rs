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
        }
    }
}
