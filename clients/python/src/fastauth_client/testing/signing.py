"""Signatures by hand, so that a token can be wrong in any way."""

import base64
import hmac
import json
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def b64(content: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def part(content: object) -> str:
    """Return a part of a token. Bytes are taken as they are."""
    return b64(content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode())


def signed(header: object, claims: object, sign: Callable[[bytes], bytes]) -> str:
    """Return a token."""
    text = f"{part(header)}.{part(claims)}"
    return f"{text}.{b64(sign(text.encode()))}"


def by_es256(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    """Return what signs with ECDSA on P-256 and SHA-256 (RFC 7518, section 3.4)."""

    def sign(text: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    return sign


def by_hs256(secret: bytes) -> Callable[[bytes], bytes]:
    """Return what signs with HMAC and SHA-256."""
    return lambda text: hmac.digest(secret, text, "sha256")


def public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """Return the public part of a key, without an id."""
    numbers = key.public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32)), "y": b64(numbers.y.to_bytes(32))}
