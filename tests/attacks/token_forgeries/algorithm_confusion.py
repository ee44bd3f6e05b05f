"""Another algorithm than the key is for, such as HMAC with the public key (RFC 8725, section 2.1)."""

import base64
import json
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.attacks.token_forgeries.encoding import b64
from tests.attacks.token_forgeries.forger import MISSING, Forger
from tests.attacks.token_forgeries.keys import PublicKey, rsa_jwk, stranger_rsa_key
from tests.attacks.token_forgeries.table import Forgeries, by_name


def _public(f: Forger) -> PublicKey:
    return f.key.public_key()


def _point(f: Forger, encoding: Encoding, form: PublicFormat) -> bytes:
    key = _public(f)
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key.public_bytes_raw()
    return key.public_bytes(encoding, form)


def public_key_pem(f: Forger) -> bytes:
    return _public(f).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _der(f: Forger) -> bytes:
    return _public(f).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _minimal(f: Forger) -> dict[str, str]:
    return {name: f.jwk[name] for name in ("kty", "crv", "x", "y") if name in f.jwk}


SERIALISATIONS: dict[str, Callable[[Forger], bytes]] = {
    "PEM": public_key_pem,
    "PEM without the last line feed": lambda f: public_key_pem(f).strip(),
    "PEM with CRLF": lambda f: public_key_pem(f).replace(b"\n", b"\r\n"),
    "the body of the PEM": lambda f: b"".join(public_key_pem(f).splitlines()[1:-1]),
    "DER": _der,
    "DER in hex": lambda f: _der(f).hex().encode(),
    "OpenSSH": lambda f: _public(f).public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
    "JWK as published": lambda f: json.dumps(f.jwk).encode(),
    "JWK as published, compact": lambda f: json.dumps(f.jwk, separators=(",", ":")).encode(),
    "JWK sorted": lambda f: json.dumps(f.jwk, sort_keys=True).encode(),
    "JWK sorted, compact": lambda f: json.dumps(f.jwk, sort_keys=True, separators=(",", ":")).encode(),
    "JWK backwards": lambda f: json.dumps(dict(sorted(f.jwk.items(), reverse=True))).encode(),
    "minimal JWK": lambda f: json.dumps(_minimal(f)).encode(),
    "minimal JWK, compact": lambda f: json.dumps(_minimal(f), separators=(",", ":")).encode(),
    "what the thumbprint is of": lambda f: json.dumps(
        _minimal(f), sort_keys=True, separators=(",", ":")
    ).encode(),
    "JWK Set": lambda f: json.dumps({"keys": [f.jwk]}, separators=(",", ":")).encode(),
    "x and y": lambda f: _point(f, Encoding.X962, PublicFormat.UncompressedPoint)[-64:],
    "uncompressed point": lambda f: _point(f, Encoding.X962, PublicFormat.UncompressedPoint),
    "compressed point": lambda f: _point(f, Encoding.X962, PublicFormat.CompressedPoint),
    "x": lambda f: base64.urlsafe_b64decode(f.jwk["x"] + "=="),
    "x in base64url": lambda f: f.jwk["x"].encode(),
    "the key id": lambda f: f.kid.encode(),
    "nothing": lambda _: b"",
    "one NUL": lambda _: b"\0",
}


def add_algorithm_confusion(forgeries: Forgeries) -> None:
    others = ("es256", "ES384", "ES512", "ES256K", "EdDSA", "Ed448", "RS256", "PS256", "HS256", "dir")
    forgeries.add_each(
        "alg {} over our signature", by_name(others), lambda f, alg: f.signed(f.header(alg=alg))
    )
    forgeries.add("alg in a list", lambda f: f.signed(f.header(alg=[f.alg])))
    forgeries.add(
        "alg of the other kind", lambda f: f.signed(f.header(alg={"ES256": "Ed25519"}.get(f.alg, "ES256")))
    )
    forgeries.add_each(
        "HS256 by {}", SERIALISATIONS, lambda f, serialised: f.with_hmac("HS256", serialised(f))
    )
    forgeries.add_each(
        "{} by PEM", by_name(["HS384", "HS512"]), lambda f, alg: f.with_hmac(alg, public_key_pem(f))
    )
    forgeries.add("HS256 by PEM, no kid", lambda f: f.with_hmac("HS256", public_key_pem(f), kid=MISSING))
    forgeries.add("HS256 by PEM, typ JWT", lambda f: f.with_hmac("HS256", public_key_pem(f), typ="JWT"))
    forgeries.add(
        "HS256 by a jwk in the header",
        lambda f: f.with_hmac("HS256", b"k", jwk={"kty": "oct", "k": b64(b"k")}),
    )
    forgeries.add(
        "HS256 by an empty file that kid names", lambda f: f.with_hmac("HS256", b"", kid="../../../dev/null")
    )
    forgeries.add_each(
        "{} by a stranger", by_name(["RS256", "PS256"]), lambda f, alg: f.signed_by_stranger_rsa(alg)
    )
    forgeries.add_each(
        "{} by a stranger, jwk in the header",
        by_name(["RS256", "PS256"]),
        lambda f, alg: f.signed_by_stranger_rsa(alg, jwk=rsa_jwk(stranger_rsa_key().public_key())),
    )
