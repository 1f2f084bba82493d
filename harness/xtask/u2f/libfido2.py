"""libfido2 as the client of a key behind a socket of reports: its own CTAPHID and its own U2F, through functions of ours
that move reports."""

import ctypes
import ctypes.util
import socket

REPORT = 64
ES256 = -7

EXCLUDED = 0x19
UNSUPPORTED_OPTION = 0x2B
NO_CREDENTIALS = 0x2E

OPEN = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_char_p)
CLOSE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
READ = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
WRITE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)


class Functions(ctypes.Structure):
    """`fido_dev_io_t`."""

    _fields_ = [("open", OPEN), ("close", CLOSE), ("read", READ), ("write", WRITE)]


def library():
    """The library, with the types of what it gives back that is no number."""
    found = ctypes.CDLL(ctypes.util.find_library("fido2"))
    pointers = ["dev_new", "cred_new", "assert_new", "cred_id_ptr", "cred_pubkey_ptr", "cred_x5c_ptr"]
    for name in [f"fido_{pointer}" for pointer in pointers] + ["es256_pk_new"]:
        getattr(found, name).restype = ctypes.c_void_p
    for name in ("fido_cred_id_len", "fido_cred_pubkey_len", "fido_cred_x5c_len"):
        getattr(found, name).restype = ctypes.c_size_t
    for name in ("fido_cred_fmt", "fido_strerr"):
        getattr(found, name).restype = ctypes.c_char_p
    for name in ("fido_dev_flags", "fido_assert_flags"):
        getattr(found, name).restype = ctypes.c_uint8
    found.fido_dev_is_fido2.restype = ctypes.c_bool
    found.fido_assert_sigcount.restype = ctypes.c_uint32
    found.fido_init(0)
    return found


FIDO = library()


class Refused(Exception):
    """libfido2 ended with `code`."""

    def __init__(self, code):
        super().__init__(FIDO.fido_strerr(code).decode())
        self.code = code


def ends_well(code):
    if code:
        raise Refused(code)


class Device:
    """The key whose socket is at `path`."""

    def __init__(self, path):
        self._link = socket.socket(socket.AF_UNIX)
        self._link.connect(path)
        self._pending = b""
        self.written = 0
        # libfido2 keeps pointers to these.
        self._functions = Functions(OPEN(lambda _: 1), CLOSE(lambda _: None), READ(self._read), WRITE(self._write))
        self.dev = ctypes.c_void_p(FIDO.fido_dev_new())
        ends_well(FIDO.fido_dev_set_io_functions(self.dev, ctypes.byref(self._functions)))
        ends_well(FIDO.fido_dev_open(self.dev, path.encode()))

    def close(self):
        self._link.close()

    @property
    def speaks_ctap2(self):
        return FIDO.fido_dev_is_fido2(self.dev)

    @property
    def flags(self):
        return FIDO.fido_dev_flags(self.dev)

    def make(self, client_data_hash, rp_id, exclude=(), discoverable=False, verified=False):
        """A credential, which libfido2 verifies with its attestation."""
        cred = ctypes.c_void_p(FIDO.fido_cred_new())
        ends_well(FIDO.fido_cred_set_type(cred, ES256))
        ends_well(FIDO.fido_cred_set_clientdata_hash(cred, client_data_hash, ctypes.c_size_t(32)))
        ends_well(FIDO.fido_cred_set_rp(cred, rp_id.encode(), b"Example"))
        ends_well(FIDO.fido_cred_set_user(cred, b"alice", ctypes.c_size_t(5), b"alice", b"Alice", None))
        for known in exclude:
            ends_well(FIDO.fido_cred_exclude(cred, known, ctypes.c_size_t(len(known))))
        yes = 2
        if discoverable:
            ends_well(FIDO.fido_cred_set_rk(cred, yes))
        if verified:
            ends_well(FIDO.fido_cred_set_uv(cred, yes))
        ends_well(FIDO.fido_dev_make_cred(self.dev, cred, None))
        ends_well(FIDO.fido_cred_verify(cred))
        return Credential(cred)

    def sign(self, client_data_hash, rp_id, allow):
        """An assertion, not verified yet."""
        made = ctypes.c_void_p(FIDO.fido_assert_new())
        ends_well(FIDO.fido_assert_set_clientdata_hash(made, client_data_hash, ctypes.c_size_t(32)))
        ends_well(FIDO.fido_assert_set_rp(made, rp_id.encode()))
        for known in allow:
            ends_well(FIDO.fido_assert_allow_cred(made, known, ctypes.c_size_t(len(known))))
        ends_well(FIDO.fido_dev_get_assert(self.dev, made, None))
        return Assertion(made)

    def _read(self, _, buffer, length, milliseconds):
        self._link.settimeout(None if milliseconds < 0 else max(milliseconds, 1) / 1000)
        try:
            while len(self._pending) < REPORT:
                part = self._link.recv(REPORT - len(self._pending))
                if not part:
                    return -1
                self._pending += part
        except OSError:
            return -1
        report, self._pending = self._pending[:length], b""
        ctypes.memmove(buffer, report, len(report))
        return len(report)

    def _write(self, _, buffer, length):
        # Before the report stands the number that it does not have.
        report = ctypes.string_at(buffer, length)[1:]
        self._link.settimeout(120)
        self._link.sendall(report.ljust(REPORT, b"\0"))
        self.written += 1
        return length


class Credential:
    """What libfido2 says of a credential that it verified."""

    def __init__(self, cred):
        self.format = FIDO.fido_cred_fmt(cred).decode()
        self.id = ctypes.string_at(FIDO.fido_cred_id_ptr(cred), FIDO.fido_cred_id_len(cred))
        self.public_key = ctypes.string_at(FIDO.fido_cred_pubkey_ptr(cred), FIDO.fido_cred_pubkey_len(cred))
        self.certificate = ctypes.string_at(FIDO.fido_cred_x5c_ptr(cred), FIDO.fido_cred_x5c_len(cred))


class Assertion:
    """An assertion in libfido2's hands."""

    def __init__(self, made):
        self._made = made
        self.flags = FIDO.fido_assert_flags(made, ctypes.c_size_t(0))
        self.count = FIDO.fido_assert_sigcount(made, ctypes.c_size_t(0))

    def verify(self, public_key):
        """Insists that the holder of `public_key` signed it."""
        key = ctypes.c_void_p(FIDO.es256_pk_new())
        ends_well(FIDO.es256_pk_from_ptr(key, public_key, ctypes.c_size_t(len(public_key))))
        ends_well(FIDO.fido_assert_verify(self._made, ctypes.c_size_t(0), ES256, key))
