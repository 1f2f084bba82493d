//! Never trusts the emulator: plays the WebAuthn client, tells the lies, and judges what the relying party answered.
