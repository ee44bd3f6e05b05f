"""Keys of the forger's own, and how public keys are written."""

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from tests.attacks.token_forgeries.encoding import b64

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


def sign_es256(key: ec.EllipticCurvePrivateKey, text: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


@cache
def stranger_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def stranger_rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


def _ec_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    x, y = b64(numbers.x.to_bytes(32)), b64(numbers.y.to_bytes(32))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def stranger_jwk() -> dict[str, str]:
    return _ec_jwk(stranger_key().public_key())


def rsa_jwk(key: rsa.RSAPublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {"e": b64(numbers.e.to_bytes(3)), "kty": "RSA", "n": b64(numbers.n.to_bytes(256))}


@cache
def stranger_certificate() -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "fastauth")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, stranger_key().public_key(), 1, now, now + timedelta(days=1)
    )
    return base64.b64encode(builder.sign(stranger_key(), hashes.SHA256()).public_bytes(Encoding.DER)).decode()


def thumbprint(jwk: dict[str, str]) -> str:
    """Return the JWK thumbprint (RFC 7638), computed by hand."""
    members = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
    required = {name: jwk[name] for name in members[jwk["kty"]]}
    return b64(sha256(json.dumps(required, separators=(",", ":"), sort_keys=True).encode()).digest())
