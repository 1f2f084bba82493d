//! Status bytes (CTAP 2.3 §8.2).

use crate::open::open_enum;

open_enum! {
    /// The first byte of each answer. Zero is success.
    Status(u8, "{:#04x}") {
        /// Success.
        OK = 0x00 => "CTAP1_ERR_SUCCESS",
        /// The command is not known.
        INVALID_COMMAND = 0x01 => "CTAP1_ERR_INVALID_COMMAND",
        /// A parameter has a value that is not allowed.
        INVALID_PARAMETER = 0x02 => "CTAP1_ERR_INVALID_PARAMETER",
        /// The message or an item has a wrong length.
        INVALID_LENGTH = 0x03 => "CTAP1_ERR_INVALID_LENGTH",
        /// A fragment is out of order.
        INVALID_SEQ = 0x04 => "CTAP1_ERR_INVALID_SEQ",
        /// The message timed out.
        TIMEOUT = 0x05 => "CTAP1_ERR_TIMEOUT",
        /// The channel is busy.
        CHANNEL_BUSY = 0x06 => "CTAP1_ERR_CHANNEL_BUSY",
        /// The command needs the channel lock.
        LOCK_REQUIRED = 0x0a => "CTAP1_ERR_LOCK_REQUIRED",
        /// The command is not allowed on this channel.
        INVALID_CHANNEL = 0x0b => "CTAP1_ERR_INVALID_CHANNEL",
        /// A CBOR item has an unexpected type.
        CBOR_UNEXPECTED_TYPE = 0x11 => "CTAP2_ERR_CBOR_UNEXPECTED_TYPE",
        /// The CBOR is malformed or not canonical.
        INVALID_CBOR = 0x12 => "CTAP2_ERR_INVALID_CBOR",
        /// A mandatory parameter is missing.
        MISSING_PARAMETER = 0x14 => "CTAP2_ERR_MISSING_PARAMETER",
        /// A limit on the number of items is exceeded.
        LIMIT_EXCEEDED = 0x15 => "CTAP2_ERR_LIMIT_EXCEEDED",
        /// The fingerprint database is full.
        FP_DATABASE_FULL = 0x17 => "CTAP2_ERR_FP_DATABASE_FULL",
        /// The large-blob array does not fit.
        LARGE_BLOB_STORAGE_FULL = 0x18 => "CTAP2_ERR_LARGE_BLOB_STORAGE_FULL",
        /// A credential of the exclude list is here.
        CREDENTIAL_EXCLUDED = 0x19 => "CTAP2_ERR_CREDENTIAL_EXCLUDED",
        /// Processing (keepalive).
        PROCESSING = 0x21 => "CTAP2_ERR_PROCESSING",
        /// The credential is not valid for this authenticator.
        INVALID_CREDENTIAL = 0x22 => "CTAP2_ERR_INVALID_CREDENTIAL",
        /// The authenticator waits for the user.
        USER_ACTION_PENDING = 0x23 => "CTAP2_ERR_USER_ACTION_PENDING",
        /// An operation is pending.
        OPERATION_PENDING = 0x24 => "CTAP2_ERR_OPERATION_PENDING",
        /// No operation is pending.
        NO_OPERATIONS = 0x25 => "CTAP2_ERR_NO_OPERATIONS",
        /// No offered algorithm is supported.
        UNSUPPORTED_ALGORITHM = 0x26 => "CTAP2_ERR_UNSUPPORTED_ALGORITHM",
        /// The user or the authenticator said no.
        OPERATION_DENIED = 0x27 => "CTAP2_ERR_OPERATION_DENIED",
        /// No room for another credential.
        KEY_STORE_FULL = 0x28 => "CTAP2_ERR_KEY_STORE_FULL",
        /// An option is not supported.
        UNSUPPORTED_OPTION = 0x2b => "CTAP2_ERR_UNSUPPORTED_OPTION",
        /// An option is not valid here.
        INVALID_OPTION = 0x2c => "CTAP2_ERR_INVALID_OPTION",
        /// The platform cancelled.
        KEEPALIVE_CANCEL = 0x2d => "CTAP2_ERR_KEEPALIVE_CANCEL",
        /// No credential fits.
        NO_CREDENTIALS = 0x2e => "CTAP2_ERR_NO_CREDENTIALS",
        /// The user did not act in time.
        USER_ACTION_TIMEOUT = 0x2f => "CTAP2_ERR_USER_ACTION_TIMEOUT",
        /// The command is not allowed now.
        NOT_ALLOWED = 0x30 => "CTAP2_ERR_NOT_ALLOWED",
        /// The PIN is wrong.
        PIN_INVALID = 0x31 => "CTAP2_ERR_PIN_INVALID",
        /// No PIN retries are left.
        PIN_BLOCKED = 0x32 => "CTAP2_ERR_PIN_BLOCKED",
        /// The `pinUvAuthParam` does not verify.
        PIN_AUTH_INVALID = 0x33 => "CTAP2_ERR_PIN_AUTH_INVALID",
        /// Too many wrong PINs in a row; a power cycle is needed.
        PIN_AUTH_BLOCKED = 0x34 => "CTAP2_ERR_PIN_AUTH_BLOCKED",
        /// No PIN is set.
        PIN_NOT_SET = 0x35 => "CTAP2_ERR_PIN_NOT_SET",
        /// A `pinUvAuthToken` is required.
        PUAT_REQUIRED = 0x36 => "CTAP2_ERR_PUAT_REQUIRED",
        /// The PIN breaks the policy.
        PIN_POLICY_VIOLATION = 0x37 => "CTAP2_ERR_PIN_POLICY_VIOLATION",
        /// The message is larger than `maxMsgSize`.
        REQUEST_TOO_LARGE = 0x39 => "CTAP2_ERR_REQUEST_TOO_LARGE",
        /// The current action timed out.
        ACTION_TIMEOUT = 0x3a => "CTAP2_ERR_ACTION_TIMEOUT",
        /// User presence is required.
        UP_REQUIRED = 0x3b => "CTAP2_ERR_UP_REQUIRED",
        /// Built-in user verification is blocked.
        UV_BLOCKED = 0x3c => "CTAP2_ERR_UV_BLOCKED",
        /// A checksum does not match.
        INTEGRITY_FAILURE = 0x3d => "CTAP2_ERR_INTEGRITY_FAILURE",
        /// The subcommand is not known.
        INVALID_SUBCOMMAND = 0x3e => "CTAP2_ERR_INVALID_SUBCOMMAND",
        /// Built-in user verification failed.
        UV_INVALID = 0x3f => "CTAP2_ERR_UV_INVALID",
        /// The permission is not available.
        UNAUTHORIZED_PERMISSION = 0x40 => "CTAP2_ERR_UNAUTHORIZED_PERMISSION",
        /// Anything else.
        OTHER = 0x7f => "CTAP1_ERR_OTHER",
    }
}
