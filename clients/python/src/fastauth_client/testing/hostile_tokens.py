"""Tokens that no service may accept."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fastauth_client.testing.issuer import TestIssuer
from fastauth_client.testing.signing import b64, by_es256, by_hs256, part, public_jwk, signed


@dataclass(frozen=True)
class HostileToken:
    """How to make one."""

    name: str
    make: Callable[[TestIssuer], str]

    def __call__(self, issuer: TestIssuer) -> str:
        """Return one that looks as if it were of an issuer."""
        return self.make(issuer)

    def __str__(self) -> str:
        return self.name


@cache
def _stranger() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _claims(**changes: object) -> Callable[[TestIssuer], str]:
    return lambda issuer: issuer.sign(issuer.claims(**changes))  # type: ignore[arg-type]  # claims of any type


def _without(name: str) -> Callable[[TestIssuer], str]:
    return lambda issuer: issuer.sign({k: v for k, v in issuer.claims().items() if k != name})


def _header(**changes: object) -> Callable[[TestIssuer], str]:
    return lambda issuer: issuer.sign(issuer.claims(), issuer.header(**changes))


def _by_stranger(**changes: object) -> Callable[[TestIssuer], str]:
    return lambda issuer: signed(issuer.header(**changes), issuer.claims(), by_es256(_stranger()))


def _unsigned(alg: str) -> Callable[[TestIssuer], str]:
    return lambda issuer: f"{part(issuer.header(alg=alg))}.{part(issuer.claims())}."


def _hs256(secret: Callable[[TestIssuer], bytes]) -> Callable[[TestIssuer], str]:
    return lambda issuer: signed(issuer.header(alg="HS256"), issuer.claims(), by_hs256(secret(issuer)))


def _public(issuer: TestIssuer, encoding: Encoding, form: PublicFormat) -> bytes:
    return issuer.key.public_key().public_bytes(encoding, form)


def _jwk(issuer: TestIssuer) -> bytes:
    return json.dumps(issuer.jwks["keys"][0], separators=(",", ":")).encode()


def _in(seconds: float) -> int:
    return int(time.time() + seconds)


def _revoked_session(issuer: TestIssuer) -> str:
    claims = issuer.claims()
    issuer.revoke("sid", claims["sid"])
    return issuer.sign(claims)


def _revoked_user(issuer: TestIssuer) -> str:
    claims = issuer.claims("revoked")
    issuer.revoke("sub", claims["sub"])
    return issuer.sign(claims)


def _other_payload(issuer: TestIssuer) -> str:
    header, _, signature = issuer.token().split(".")
    return f"{header}.{part(issuer.claims('2'))}.{signature}"


def _duplicate_claim(issuer: TestIssuer) -> str:
    claims = json.dumps(issuer.claims())
    return issuer.sign(f'{{"sub": "2", {claims[1:]}'.encode())


def _psychic(issuer: TestIssuer) -> str:
    return f"{part(issuer.header())}.{part(issuer.claims())}.{b64(bytes(64))}"


def _id_token(issuer: TestIssuer) -> str:
    return issuer.sign(issuer.claims(nonce="n"), issuer.header(typ="JWT"))


def _by_own_jwk(issuer: TestIssuer) -> str:
    return _by_stranger(jwk=public_jwk(_stranger()))(issuer)


_POINT = PublicFormat.UncompressedPoint
_SPKI = PublicFormat.SubjectPublicKeyInfo

HOSTILE_TOKENS: list[HostileToken] = [
    HostileToken(name, make)
    for name, make in {
        "expired": lambda issuer: issuer.sign(issuer.claims(iat=_in(-3_900), exp=_in(-3_600))),
        "not yet valid": lambda issuer: issuer.sign(issuer.claims(nbf=_in(3_600))),
        "issued in the future": lambda issuer: issuer.sign(issuer.claims(iat=_in(3_600), exp=_in(3_900))),
        "exp as text": lambda issuer: issuer.sign(issuer.claims(exp=str(_in(300)))),
        "without exp": _without("exp"),
        "without sub": _without("sub"),
        "without aud": _without("aud"),
        "sub as a number": _claims(sub=1),
        "of another issuer": _claims(iss="https://other.example.com"),
        "of an issuer whose name is longer": lambda issuer: issuer.sign(
            issuer.claims(iss=f"{issuer.issuer}.evil.example")
        ),
        "of several issuers": lambda issuer: issuer.sign(issuer.claims(iss=[issuer.issuer])),
        "for another audience": _claims(aud="https://other.example.com"),
        "alg none": _unsigned("none"),
        "alg nOnE": _unsigned("nOnE"),
        "HS256 by the public key as PEM": _hs256(lambda i: _public(i, Encoding.PEM, _SPKI)),
        "HS256 by the public key as DER": _hs256(lambda i: _public(i, Encoding.DER, _SPKI)),
        "HS256 by the public key as a point": _hs256(lambda i: _public(i, Encoding.X962, _POINT)),
        "HS256 by the public key as a JWK": _hs256(_jwk),
        "HS256 by the key id": _hs256(lambda issuer: issuer.kid.encode()),
        "another key under the same kid": _by_stranger(),
        "unknown kid": _by_stranger(kid="unknown"),
        "jwk in the header": _by_own_jwk,
        "jku in the header": _by_stranger(jku="https://evil.example/jwks.json"),
        "x5u in the header": _by_stranger(x5u="https://evil.example/chain.pem"),
        "crit in the header": _header(crit=["exp"]),
        "ID token": _id_token,
        "refresh token": lambda _: f"fa_rt_{'A' * 86}",
        "of a revoked session": _revoked_session,
        "of a user revoked later": _revoked_user,
        "signature of another token": _other_payload,
        "signature of zeros": _psychic,
        "truncated": lambda issuer: issuer.token()[:-10],
        "padded": lambda issuer: f"{issuer.token()}==",
        "five parts": lambda issuer: f"{issuer.token()}.AAAA.AAAA",
        "5 KiB": lambda issuer: issuer.sign(issuer.claims(much="x" * 5_120)),
        "duplicate claim": _duplicate_claim,
    }.items()
]
