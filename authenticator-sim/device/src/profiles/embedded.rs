macro_rules! embedded {
    ($($id:literal),* $(,)?) => {
        /// Id and text of each file of `authenticator-sim/profiles/`, sorted by id.
        pub(super) const ALL: &[(&str, &str)] = &[
            $(($id, include_str!(concat!("../../../profiles/", $id, ".yaml")))),*
        ];
    };
}

embedded![
    "1password",
    "bare",
    "chrome-on-mac",
    "feitian-epass-fido2",
    "google-password-manager",
    "icloud-keychain",
    "icloud-keychain-managed",
    "windows-hello-hardware",
    "yubikey-5-fips-5.4",
    "yubikey-5-nfc-5.1",
    "yubikey-5-nfc-5.2",
    "yubikey-5-nfc-5.4",
    "yubikey-5-nfc-5.7",
    "yubikey-5-nfc-5.7.4",
    "yubikey-5-nfc-5.8",
];
