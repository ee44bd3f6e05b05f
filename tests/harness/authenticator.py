"""A software authenticator: it makes credentials and signs assertions as a browser would send them.

Every part of a response can be set to what it must not be. Nothing here uses the library that verifies.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

USER_PRESENT, USER_VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, ATTESTED, EXTENSIONS = (
    *(0x01, 0x04, 0x08, 0x10),
    *(0x40, 0x80),
)
ES256, RS256, EDDSA = -7, -257, -8
ORIGIN, RP_ID = "http://localhost:8000", "localhost"
AAGUID = bytes(16)


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def un64(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")


@dataclass(frozen=True)
class Key:
    """A private key of one of the algorithms that the service accepts."""

    algorithm: int
    cose: dict[int, Any]
    sign: Callable[[bytes], bytes]


def new_key(algorithm: int = ES256, *, rsa_bits: int = 2048) -> Key:
    if algorithm == ES256:
        curve = ec.generate_private_key(ec.SECP256R1())
        point = curve.public_key().public_numbers()
        x, y = (number.to_bytes(32) for number in (point.x, point.y))
        cose: dict[int, Any] = {1: 2, 3: ES256, -1: 1, -2: x, -3: y}
        return Key(ES256, cose, lambda data: curve.sign(data, ec.ECDSA(hashes.SHA256())))
    if algorithm == EDDSA:
        edwards = ed25519.Ed25519PrivateKey.generate()
        cose = {1: 1, 3: EDDSA, -1: 6, -2: edwards.public_key().public_bytes_raw()}
        return Key(EDDSA, cose, edwards.sign)
    private = rsa.generate_private_key(65537, rsa_bits)
    numbers = private.public_key().public_numbers()
    cose = {1: 3, 3: RS256, -1: numbers.n.to_bytes(rsa_bits // 8), -2: b"\x01\x00\x01"}
    return Key(RS256, cose, lambda data: private.sign(data, padding.PKCS1v15(), hashes.SHA256()))


@dataclass
class Credential:
    """What an authenticator stores of one account."""

    id: bytes
    key: Key
    handle: bytes
    sign_count: int = 0


@dataclass(frozen=True, kw_only=True)
class Conduct:
    """What an authenticator and a browser do in one ceremony; the defaults are right."""

    origin: str = ORIGIN
    rp_id: str = RP_ID
    type: str | None = None
    challenge: bytes | None = None
    """Instead of that of the options."""
    user_verified: bool = True
    user_present: bool = True
    backup_eligible: bool = True
    backed_up: bool = True
    cross_origin: object = False
    client_data: dict[str, object] = field(default_factory=dict)
    """Further members, such as ``topOrigin``."""
    format: str = "none"
    statement: dict[str, object] = field(default_factory=dict)
    step: int = 0
    """What is added to the counter; synced passkeys do not count."""
    omits_handle: bool = False
    handle: bytes | None = None
    extensions: dict[str, object] | None = None
    id: bytes | None = None

    @property
    def flags(self) -> int:
        return (
            USER_PRESENT * self.user_present
            | USER_VERIFIED * self.user_verified
            | BACKUP_ELIGIBLE * self.backup_eligible
            | BACKED_UP * self.backed_up
            | EXTENSIONS * (self.extensions is not None)
        )


RIGHT = Conduct()
DEVICE_BOUND = Conduct(backup_eligible=False, backed_up=False, step=1)
"""A security key: it counts, and its credentials stay on it."""


@dataclass
class Authenticator:
    """Credentials of several accounts and, if it is a phone or a computer, of one user."""

    conduct: Conduct = RIGHT
    credentials: list[Credential] = field(default_factory=list)

    def create(
        self, options: dict[str, Any], *, key: Key | None = None, id_: bytes | None = None, **changes: object
    ) -> dict[str, Any]:
        """Answer `navigator.credentials.create()`."""
        conduct = replace(self.conduct, **changes)  # type: ignore[arg-type]  # names of its fields
        known = {entry["id"] for entry in options.get("excludeCredentials", [])}
        assert not known & {b64(each.id) for each in self.credentials}, "InvalidStateError"
        credential = Credential(
            id_ if id_ is not None else token_bytes(32), key or new_key(), un64(options["user"]["id"])
        )
        self.credentials.append(credential)
        id_length = len(credential.id).to_bytes(2)
        attested = AAGUID + id_length + credential.id + cbor2.dumps(credential.key.cose)
        auth_data = _auth_data(conduct, credential.sign_count, ATTESTED, attested)
        attestation = {"fmt": conduct.format, "attStmt": conduct.statement, "authData": auth_data}
        client_data = _client_data(conduct, "webauthn.create", options["challenge"])
        return _response(
            credential.id,
            clientDataJSON=client_data,
            attestationObject=cbor2.dumps(attestation),
        ) | {"authenticatorAttachment": "platform"}

    def get(self, options: dict[str, Any], **changes: object) -> dict[str, Any]:
        """Answer `navigator.credentials.get()` with the newest credential that is allowed."""
        conduct = replace(self.conduct, **changes)  # type: ignore[arg-type]  # names of its fields
        allowed = {entry["id"] for entry in options["allowCredentials"]}
        credential = next(
            each for each in reversed(self.credentials) if not allowed or b64(each.id) in allowed
        )
        credential.sign_count += conduct.step
        auth_data = _auth_data(conduct, credential.sign_count)
        client_data = _client_data(conduct, "webauthn.get", options["challenge"])
        signature = credential.key.sign(auth_data + sha256(client_data).digest())
        handle = conduct.handle if conduct.handle is not None else credential.handle
        response = _response(
            credential.id if conduct.id is None else conduct.id,
            clientDataJSON=client_data,
            authenticatorData=auth_data,
            signature=signature,
        )
        response["response"]["userHandle"] = None if conduct.omits_handle else b64(handle)
        return response


def _auth_data(conduct: Conduct, sign_count: int, flags: int = 0, attested: bytes = b"") -> bytes:
    extensions = b"" if conduct.extensions is None else cbor2.dumps(conduct.extensions)
    head = sha256(conduct.rp_id.encode()).digest() + bytes([conduct.flags | flags])
    return head + sign_count.to_bytes(4) + attested + extensions


def _client_data(conduct: Conduct, type_: str, challenge: str) -> bytes:
    content = {
        "type": conduct.type or type_,
        "challenge": challenge if conduct.challenge is None else b64(conduct.challenge),
        "origin": conduct.origin,
        "crossOrigin": conduct.cross_origin,
        **conduct.client_data,
    }
    return json.dumps(content, separators=(",", ":")).encode()


def _response(id_: bytes, **parts: bytes) -> dict[str, Any]:
    return {
        "id": b64(id_),
        "rawId": b64(id_),
        "type": "public-key",
        "response": {name: b64(content) for name, content in parts.items()},
        "clientExtensionResults": {},
    }
