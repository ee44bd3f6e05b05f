"""Access tokens that nobody may take for ours.

Most of them anybody can make. The others are signed with our own key and say what we never say: they
show that nothing rests on the signature alone.
"""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

MISSING = object()
"""In the place of a member: it is not there."""


@dataclass(frozen=True, kw_only=True)
class Forger:
    """What there is to forge with: all that is public, somebody's tokens, and the key itself."""

    key: PrivateKey = field(repr=False)
    jwk: dict[str, str]
    """Its public part, as published."""
    access_token: str
    claims: dict[str, Any]
    """What a valid token says."""
    refresh_token: str
    other_claims: dict[str, Any]
    """The same of another user."""
    ended_claims: dict[str, Any]
    """The same of a session that has ended."""
    listener: str
    """An address at which somebody notes who comes."""

    @property
    def kid(self) -> str:
        return self.jwk["kid"]

    @property
    def alg(self) -> str:
        return self.jwk["alg"]

    def header(self, **changes: object) -> dict[str, Any]:
        return _changed({"alg": self.alg, "typ": "at+jwt", "kid": self.kid}, changes)

    def payload(self, **changes: object) -> dict[str, Any]:
        return _changed(self.claims, changes)

    def ours(self, header: object = None, payload: object = None) -> str:
        """Sign with our own key."""
        return _signed(self._or_header(header), self._or_payload(payload), self.sign)

    def theirs(self, **changes: object) -> str:
        """Sign with a key of the forger's."""
        header = self.header(**{"alg": "ES256", **changes})
        return _signed(header, self.claims, lambda text: _ecdsa(_stranger(), text))

    def rsa(self, alg: str, **changes: object) -> str:
        def sign(text: bytes) -> bytes:
            scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if alg == "PS256" else padding.PKCS1v15()
            return _rsa().sign(text, scheme, hashes.SHA256())

        return _signed(self.header(alg=alg, **changes), self.claims, sign)

    def hmac(self, alg: str, secret: bytes, **changes: object) -> str:
        digest = f"sha{alg[2:]}"
        header = self.header(alg=alg, **changes)
        return _signed(header, self.claims, lambda text: hmac.digest(secret, text, digest))

    def unsigned(self, signature: str = "", **changes: object) -> str:
        return f"{_part(self.header(**changes))}.{_part(self.claims)}.{signature}"

    def parts(self) -> list[str]:
        return self.access_token.split(".")

    def _or_header(self, header: object) -> object:
        return self.header() if header is None else header

    def _or_payload(self, payload: object) -> object:
        return self.claims if payload is None else payload

    def sign(self, text: bytes) -> bytes:
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(text)
        return _ecdsa(self.key, text)


def _changed(members: dict[str, Any], changes: dict[str, object]) -> dict[str, Any]:
    return {name: value for name, value in (members | changes).items() if value is not MISSING}


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _part(content: object) -> str:
    return b64(content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode())


def _signed(header: object, payload: object, sign: Callable[[bytes], bytes]) -> str:
    text = f"{_part(header)}.{_part(payload)}"
    return f"{text}.{b64(sign(text.encode()))}"


def _ecdsa(key: ec.EllipticCurvePrivateKey, text: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


@cache
def _stranger() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


def _ec_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    x, y = b64(numbers.x.to_bytes(32)), b64(numbers.y.to_bytes(32))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def _stranger_jwk() -> dict[str, str]:
    return _ec_jwk(_stranger().public_key())


def _rsa_jwk(key: rsa.RSAPublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {"e": b64(numbers.e.to_bytes(3)), "kty": "RSA", "n": b64(numbers.n.to_bytes(256))}


@cache
def _certificate() -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "fastauth")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, _stranger().public_key(), 1, now, now + timedelta(days=1))
    return base64.b64encode(builder.sign(_stranger(), hashes.SHA256()).public_bytes(Encoding.DER)).decode()


def thumbprint(jwk: dict[str, str]) -> str:
    """RFC 7638, by hand."""
    members = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
    required = {name: jwk[name] for name in members[jwk["kty"]]}
    return b64(sha256(json.dumps(required, separators=(",", ":"), sort_keys=True).encode()).digest())


class Forgery(NamedTuple):
    """How to make one."""

    make: Callable[[Forger], str]
    elsewhere: bool
    """Whether others must refuse it, too. They see no sessions and no users, and need not care for
    what changes nothing, such as a claim in an unusual form above a right signature."""


FORGERIES: dict[str, Forgery] = {}
VALID: dict[str, Callable[[Forger], str]] = {
    "as issued": lambda f: f.access_token,
    "signed again": lambda f: f.ours(),
    "with members in another order": lambda f: f.ours(
        dict(reversed(f.header().items())), dict(reversed(f.claims.items()))
    ),
    "with white space in the JSON": lambda f: f.ours(
        json.dumps(f.header(), indent=1).encode(), json.dumps(f.claims, indent=1).encode()
    ),
    "with a claim that is not known": lambda f: f.ours(payload=f.payload(further={"a": [1]})),
    "with nbf in the past": lambda f: f.ours(payload=f.payload(nbf=f.claims["iat"] - 60)),
}
"""What shows that nothing is refused only because the forger's tools are blunt."""


def _add(name: str, make: Callable[[Forger], str], *, elsewhere: bool = True) -> None:
    assert name not in FORGERIES
    FORGERIES[name] = Forgery(make, elsewhere)


def _each(
    label: str,
    table: Mapping[str, object],
    make: Callable[[Forger, Any], str],
    *,
    elsewhere: bool = True,
    named: bool = False,
) -> None:
    """Add a forgery for each entry of a table. With `named`, `make` wants the name of the entry, too."""
    for name, odd in table.items():
        _add(
            label.format(name),
            partial(_made, make, (name, odd) if named else odd),
            elsewhere=elsewhere,
        )


def _made(make: Callable[[Forger, Any], str], odd: object, f: Forger) -> str:
    return make(f, odd)


def _names(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in names}


def _public(f: Forger) -> PublicKey:
    return f.key.public_key()


def _point(f: Forger, encoding: Encoding, form: PublicFormat) -> bytes:
    key = _public(f)
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key.public_bytes_raw()
    return key.public_bytes(encoding, form)


def _pem(f: Forger) -> bytes:
    return _public(f).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _der(f: Forger) -> bytes:
    return _public(f).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _minimal(f: Forger) -> dict[str, str]:
    return {name: f.jwk[name] for name in ("kty", "crv", "x", "y") if name in f.jwk}


SERIALISATIONS: dict[str, Callable[[Forger], bytes]] = {
    "PEM": _pem,
    "PEM without the last line feed": lambda f: _pem(f).strip(),
    "PEM with CRLF": lambda f: _pem(f).replace(b"\n", b"\r\n"),
    "the body of the PEM": lambda f: b"".join(_pem(f).splitlines()[1:-1]),
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

KIDS: dict[str, object] = {
    "of nobody": "nobody",
    "that is a path": "../../../../../../dev/null",
    "that is a path with NUL": "/dev/null\0.pem",
    "that is SQL": "' OR 1=1 --",
    "that is more SQL": "x' UNION SELECT 1, 'k', 'HS256', 'k', 'k', '1970-01-01', '1970-01-01' --",
    "that is a command": "$(touch /tmp/x)|touch /tmp/x",
    "that is NUL": "\0",
    "that is half a surrogate pair": "\ud800",
    "that is empty": "",
    "that is a list": ["a"],
    "that is an object": {"a": "b"},
    "that is a number": 1,
    "that is a huge number": 10**300,
    "that is null": None,
    "that is true": True,
    "of 1 kB": "k" * 1_024,
    "of 10 kB": "k" * 10_240,
}


ALGORITHMS_OF_NONE: dict[str, object] = {
    "none": "none",
    "None": "None",
    "NONE": "NONE",
    "nOnE": "nOnE",
    "none and a space": "none ",
    "empty": "",
    "null": None,
    "missing": MISSING,
    "0": 0,
    "false": False,
    "an empty list": [],
    "none in a list": ["none"],
}


def _unsigned() -> None:
    _each("alg {}", ALGORITHMS_OF_NONE, lambda f, alg: f.unsigned(alg=alg))
    _each("alg {}, signed", ALGORITHMS_OF_NONE, lambda f, alg: f.unsigned(f.parts()[2], alg=alg))
    _add("alg none without the last dot", lambda f: f.unsigned(alg="none").rstrip("."))
    _add("alg none, made-up signature", lambda f: f.unsigned("AA", alg="none"))
    _add("the signature left out", lambda f: f.unsigned())


def _confused() -> None:
    others = ("es256", "ES384", "ES512", "ES256K", "EdDSA", "Ed448", "RS256", "PS256", "HS256", "dir")
    _each("alg {} over our signature", _names(others), lambda f, alg: f.ours(f.header(alg=alg)))
    _add("alg in a list", lambda f: f.ours(f.header(alg=[f.alg])))
    _add("alg of the other kind", lambda f: f.ours(f.header(alg={"ES256": "Ed25519"}.get(f.alg, "ES256"))))
    _each("HS256 by {}", SERIALISATIONS, lambda f, serialised: f.hmac("HS256", serialised(f)))
    _each("{} by PEM", _names(["HS384", "HS512"]), lambda f, alg: f.hmac(alg, _pem(f)))
    _add("HS256 by PEM, no kid", lambda f: f.hmac("HS256", _pem(f), kid=MISSING))
    _add("HS256 by PEM, typ JWT", lambda f: f.hmac("HS256", _pem(f), typ="JWT"))
    _add("HS256 by a jwk in the header", lambda f: f.hmac("HS256", b"k", jwk={"kty": "oct", "k": b64(b"k")}))
    _add("HS256 by an empty file that kid names", lambda f: f.hmac("HS256", b"", kid="../../../dev/null"))
    _each("{} by a stranger", _names(["RS256", "PS256"]), lambda f, alg: f.rsa(alg))
    _each(
        "{} by a stranger, jwk in the header",
        _names(["RS256", "PS256"]),
        lambda f, alg: f.rsa(alg, jwk=_rsa_jwk(_rsa().public_key())),
    )


INJECTIONS: dict[str, Callable[[Forger], dict[str, object]]] = {
    "jwk": lambda _: {"jwk": _stranger_jwk()},
    "jku": lambda f: {"jku": f"{f.listener}/jwks.json"},
    "x5u": lambda f: {"x5u": f"{f.listener}/chain.pem"},
    "x5c": lambda _: {"x5c": [_certificate()]},
    "jwk, jku and x5u": lambda f: {
        "jwk": _stranger_jwk(),
        "jku": f"{f.listener}/jwks.json",
        "x5u": f"{f.listener}/chain.pem",
    },
    "jku that is a file": lambda _: {"jku": "file:///etc/passwd"},
}


def _injected() -> None:
    _add("a stranger's", lambda f: f.theirs())
    _add("a stranger's, no kid", lambda f: f.theirs(kid=MISSING))
    _each("a stranger's with {}", INJECTIONS, lambda f, more: f.theirs(**more(f)))
    _each("a stranger's with {}, no kid", INJECTIONS, lambda f, more: f.theirs(kid=MISSING, **more(f)))
    _each(
        "a stranger's with {}, under its own kid",
        INJECTIONS,
        lambda f, more: f.theirs(kid=thumbprint(_stranger_jwk()), **more(f)),
    )
    _each(
        "ours with {}",
        INJECTIONS,
        lambda f, more: f.ours(f.header(**more(f))),
        elsewhere=False,  # nobody looks there
    )
    _each("a stranger's under a kid {}", KIDS, lambda f, kid: f.theirs(kid=kid))
    _add("a stranger's under a kid that leads away", lambda f: f.theirs(kid=f"{f.listener}/key"))
    as_good_as_none = ("that is null", "that is empty")
    known = {name: kid for name, kid in KIDS.items() if name not in as_good_as_none}
    _each("ours under a kid {}", known, lambda f, kid: f.ours(f.header(kid=kid)))
    _each(
        "ours under a kid {}",
        {name: KIDS[name] for name in as_good_as_none},
        lambda f, kid: f.ours(f.header(kid=kid)),
        elsewhere=False,
    )
    _add("ours without kid", lambda f: f.ours(f.header(kid=MISSING)), elsewhere=False)
    _add("ours under a kid in a list", lambda f: f.ours(f.header(kid=[f.kid])))
    _add("ours under our kid and a space", lambda f: f.ours(f.header(kid=f"{f.kid} ")))


CRITICAL: dict[str, object] = {
    "unknown": ["bork"],
    "known and unknown": ["alg", "bork"],
    "exp": ["exp"],
    "no list": "bork",
    "null": None,
    "of numbers": [1],
}
TYPES: dict[str, object] = {
    "JWT": "JWT",
    "missing": MISSING,
    "refresh+jwt": "refresh+jwt",
    "dpop+jwt": "dpop+jwt",
    "empty": "",
    "null": None,
    "a list": ["at+jwt"],
    "a beginning": "at+jw",
    "with a space": "at+jwt ",
    "with a NUL": "at+jwt\0",
    "in other letters": "аt+jwt",
}
HEADERS: dict[str, bytes] = {
    "a list": b"[]",
    "a number": b"1",
    "a string": b'"at+jwt"',
    "null": b"null",
    "empty": b"{}",
    "no JSON": b"at+jwt",
    "no UTF-8": b'{"alg":"ES256","typ":"at+jwt","kid":"\xff"}',
    "deep": b"[" * 700,
    "a long number": b"1" * 1_400,
    "NaN": b"NaN",
}


def _odd_headers() -> None:
    _each("crit {}", CRITICAL, lambda f, crit: f.ours(f.header(crit=crit, bork=1, exp=f.claims["exp"])))
    _add("crit empty", lambda f: f.ours(f.header(crit=[])), elsewhere=False)
    _add("b64 false", lambda f: f.ours(f.header(b64=False)), elsewhere=False)
    _add("b64 false and critical", lambda f: f.ours(f.header(b64=False, crit=["b64"])))
    _add("b64 false and not encoded", _not_encoded)
    _add("zip", lambda f: f.ours(f.header(zip="DEF")), elsewhere=False)
    _each("typ {}", TYPES, lambda f, typ: f.ours(f.header(typ=typ)))
    _each(
        "typ {}",
        _names(["AT+JWT", "At+Jwt", "application/at+jwt"]),  # the same by RFC 7515; we write it in one way
        lambda f, typ: f.ours(f.header(typ=typ)),
        elsewhere=False,
    )
    _add("a further member", lambda f: f.ours(f.header(a=1)), elsewhere=False)
    _each("a header that is {}", HEADERS, lambda f, header: f.ours(header))
    _add("a header in UTF-16", lambda f: f.ours(json.dumps(f.header()).encode("utf-16")), elsewhere=False)
    _add(
        "a header with a BOM",
        lambda f: f.ours(b"\xef\xbb\xbf" + json.dumps(f.header()).encode()),
        elsewhere=False,
    )
    _each(
        "{} twice in the header",
        {"alg": "none", "kid": "nobody", "typ": "JWT"},
        lambda f, first: f.ours(_repeated(f.header(), first)),
        elsewhere=False,
        named=True,
    )


def _not_encoded(f: Forger) -> str:
    """RFC 7797: the payload stands as it is. It has no dot."""
    text = f"{_part(f.header(b64=False, crit=['b64']))}.{{}}"
    return f"{text}.{b64(f.sign(text.encode()))}"


def _repeated(members: dict[str, Any], first: tuple[str, object]) -> bytes:
    return json.dumps(dict([first])).encode()[:-1] + b"," + json.dumps(members).encode()[1:]


Change = Callable[[Forger], dict[str, object]]

NAMES: dict[str, Callable[[str], object]] = {
    "missing": lambda _: MISSING,
    "null": lambda _: None,
    "empty": lambda _: "",
    "of others": lambda _: "https://example.com",
    "an object": lambda right: {right: 1},
    "a prefix": lambda right: right[:-1],
    "a suffix": lambda right: right[1:],
    "longer": lambda right: f"{right}0",
    "with a slash": lambda right: f"{right}/",
    "in capitals": str.upper,
    "with white space": lambda right: f" {right}",
    "in letters in a list": list,
    "of others in a list": lambda right: [f"{right}0", "https://example.com"],
    "an empty list": lambda _: [],
}
"""What may stand for the issuer and the audience."""

KNOWN_ELSEWHERE: dict[str, Change] = {
    "iss in a list": lambda f: {"iss": [f.claims["iss"]]},
    "iss and aud exchanged": lambda f: {"iss": f.claims["aud"], "aud": f.claims["iss"]},
    "expired": lambda _: {"exp": _in(-3_600)},
    "expired a minute ago": lambda _: {"exp": _in(-61)},
    "exp missing": lambda _: {"exp": MISSING},
    "exp 0": lambda _: {"exp": 0},
    "exp negative": lambda _: {"exp": -1},
    "exp very negative": lambda _: {"exp": -(10**18)},
    "exp false": lambda _: {"exp": False},
    "exp true": lambda _: {"exp": True},
    "exp null": lambda _: {"exp": None},
    "exp a word": lambda _: {"exp": "never"},
    "exp a list": lambda f: {"exp": [f.claims["exp"]]},
    "exp an object": lambda _: {"exp": {}},
    "nbf in the future": lambda _: {"nbf": _in(3_600)},
    "nbf a word": lambda _: {"nbf": "now"},
    "nbf huge": lambda _: {"nbf": 10**18},
    "iat missing": lambda _: {"iat": MISSING},
    "iat a word": lambda _: {"iat": "now"},
    "sub missing": lambda _: {"sub": MISSING},
    "jti missing": lambda _: {"jti": MISSING},
}
KNOWN_HERE: dict[str, Change] = {
    "aud in a list": lambda f: {"aud": [f.claims["aud"]]},
    "aud in a list with another": lambda f: {"aud": ["https://example.com", f.claims["aud"]]},
    "expired just now": lambda _: {"exp": _in(0)},  # others allow for clocks that are slow
    "exp a string": lambda f: {"exp": str(f.claims["exp"])},
    "exp with a fraction": lambda f: {"exp": f.claims["exp"] + 0.5},
    "exp in a day": lambda _: {"exp": _in(86_400)},
    "exp huge": lambda _: {"exp": 10**18},
    "exp beyond every number": lambda _: {"exp": 10**400},
    "nbf null": lambda _: {"nbf": None},
    "iat in the future": lambda _: {"iat": _in(3_600)},
    "iat huge": lambda _: {"iat": 10**18},
    "sub another user's": lambda f: {"sub": f.other_claims["sub"]},
    "sub a number": lambda f: {"sub": int(f.claims["sub"])},
    "sub in digits of another script": lambda f: {"sub": _in_another_script(f.claims["sub"])},
    "sub with a sign": lambda f: {"sub": f"+{f.claims['sub']}"},
    "sub with a zero in front": lambda f: {"sub": f"0{f.claims['sub']}"},
    "sub with white space": lambda f: {"sub": f" {f.claims['sub']}"},
    "sub with an underscore": lambda f: {"sub": f"0_{f.claims['sub']}"},
    "sub with a fraction": lambda f: {"sub": f"{f.claims['sub']}.0"},
    "sid missing": lambda _: {"sid": MISSING},
    "sid with white space": lambda f: {"sid": f"{f.claims['sid']} "},
    "sid in capitals": lambda f: {"sid": f"{f.claims['sid']}".upper() + "A"},
    "sid another user's": lambda f: {"sid": f.other_claims["sid"]},
    "sid of a session that has ended": lambda f: {"sid": f.ended_claims["sid"]},
    "auth_time missing": lambda _: {"auth_time": MISSING},
    "auth_time a word": lambda _: {"auth_time": "now"},
    "auth_time null": lambda _: {"auth_time": None},
    "auth_time huge": lambda _: {"auth_time": 10**18},
    "auth_time very negative": lambda _: {"auth_time": -(10**18)},
    "amr missing": lambda _: {"amr": MISSING},
    "amr a word": lambda _: {"amr": "pwd"},
    "amr of numbers": lambda _: {"amr": [1]},
    "client_id missing": lambda _: {"client_id": MISSING},
    "client_id of others": lambda _: {"client_id": "other"},
}
SUBJECTS: dict[str, object] = {
    "null": None,
    "empty": "",
    "a word": "santosh",
    "negative": "-1",
    "beyond 64 bits": str(2**64),
    "beyond every number": "9" * 1_000,
    "NUL": "\0",
    "a list": ["1"],
    "nobody's": "999999999",
}
SESSIONS: dict[str, object] = {
    "null": None,
    "empty": "",
    "unknown": "0" * 32,
    "NUL": "\0",
    "half a surrogate pair": "\ud800",
    "a wildcard": "%",
    "SQL": "' OR 1=1 --",
    "a list": ["a"],
    "a number": 1,
    "long": "a" * 1_000,
}
PAYLOADS: dict[str, bytes] = {
    "empty": b"",
    "a list": b"[]",
    "no JSON": b"claims",
    "no UTF-8": b"\xff",
    "deep": b"[" * 900,
}


def _odd_claims() -> None:
    for claim in ("iss", "aud"):
        _each(
            claim + " {}",
            NAMES,
            partial(lambda claim, f, odd: f.ours(payload=f.payload(**{claim: odd(f.claims[claim])})), claim),
        )
    _each("{}", KNOWN_ELSEWHERE, lambda f, change: f.ours(payload=f.payload(**change(f))))
    _each("{}", KNOWN_HERE, lambda f, change: f.ours(payload=f.payload(**change(f))), elsewhere=False)
    _each("sub {}", SUBJECTS, lambda f, sub: f.ours(payload=f.payload(sub=sub)), elsewhere=False)
    _each("sid {}", SESSIONS, lambda f, sid: f.ours(payload=f.payload(sid=sid)), elsewhere=False)
    _each(
        "exp {}",
        _names(["NaN", "Infinity", "-Infinity"]),
        lambda f, literal: f.ours(payload=_literal(f.claims, "exp", literal)),
    )
    _add(
        "exp 1e999", lambda f: f.ours(payload=_literal(f.claims, "exp", "1e999")), elsewhere=False
    )  # JSON allows it
    _each(
        "{} twice",
        {"sub": "1", "exp": 1, "sid": "0" * 32, "aud": "https://example.com"},
        lambda f, first: f.ours(payload=_repeated(f.claims, first)),
        elsewhere=False,
        named=True,
    )
    _each("a payload that is {}", PAYLOADS, lambda f, payload: f.ours(payload=payload))
    _add("somebody else's payload", lambda f: _transplanted(f, 1, _part(f.other_claims)))
    _add("a payload that lasts longer", lambda f: _transplanted(f, 1, _part(f.payload(exp=_in(600)))))
    _add("a header of another typ", lambda f: _transplanted(f, 0, _part(f.header(typ="JWT"))))


def _in(seconds: int) -> int:
    return int(time.time()) + seconds


def _in_another_script(digits: str) -> str:
    return "".join(chr(ord(digit) - ord("0") + ord("\N{ARABIC-INDIC DIGIT ZERO}")) for digit in digits)


def _literal(claims: dict[str, Any], name: str, literal: str) -> bytes:
    return json.dumps(claims | {name: "LITERAL"}).replace('"LITERAL"', literal).encode()


def _transplanted(f: Forger, position: int, part: str) -> str:
    parts = f.parts()
    parts[position] = part
    return ".".join(parts)


_ONE = (1).to_bytes(32)
SHAPES: dict[str, Callable[[str, str, str], str]] = {
    "padded header": lambda h, p, s: f"{h}=.{p}.{s}",
    "padded payload": lambda h, p, s: f"{h}.{p}=.{s}",
    "padded signature": lambda h, p, s: f"{h}.{p}.{s}==",
    "much padded signature": lambda h, p, s: f"{h}.{p}.{s}====",
    "percent-encoded padding": lambda h, p, s: f"{h}.{p}.{s}%3D%3D",
    "dot in front": lambda h, p, s: f".{h}.{p}.{s}",
    "dot behind": lambda h, p, s: f"{h}.{p}.{s}.",
    "two dots between": lambda h, p, s: f"{h}..{p}.{s}",
    "no header": lambda _, p, s: f".{p}.{s}",
    "no payload": lambda h, _, s: f"{h}..{s}",
    "header alone": lambda h, _, __: h,
    "header and payload": lambda h, p, _: f"{h}.{p}",
    "payload and signature": lambda _, p, s: f"{p}.{s}",
    "nothing": lambda *_: "",
    "a dot": lambda *_: ".",
    "two dots": lambda *_: "..",
    "four dots": lambda *_: "....",
    "a thousand dots": lambda *_: "." * 1_000,
    "four parts": lambda h, p, s: f"{h}.{p}.{s}.{s}",
    "five parts": lambda h, p, s: f"{h}.{p}.{s}.{s}.{s}",
    "five parts that are empty": lambda h, _, __: f"{h}....",
    "the parts exchanged": lambda h, p, s: f"{p}.{h}.{s}",
    "white space in the middle": lambda h, p, s: f"{h}. {p}.{s}",
    "tab in the middle": lambda h, p, s: f"{h}.\t{p}.{s}",
    "no-break space behind": lambda h, p, s: f"{h}.{p}.{s}\N{NO-BREAK SPACE}",
    "zero-width space in front": lambda h, p, s: f"\N{ZERO WIDTH SPACE}{h}.{p}.{s}",
    "line feed in the middle": lambda h, p, s: f"{h}.\n{p}.{s}",
    "line feed in the header": lambda h, p, s: f"{h[:9]}\n{h[9:]}.{p}.{s}",
    "form feed behind": lambda h, p, s: f"{h}.{p}.{s}\f",
    "NUL behind": lambda h, p, s: f"{h}.{p}.{s}\0",
    "quotes": lambda h, p, s: f'"{h}.{p}.{s}"',
    "comma and again": lambda h, p, s: f"{h}.{p}.{s},{h}.{p}.{s}",
    "a letter of full width": lambda h, p, s: f"{chr(ord(h[0]) + 0xFEE0)}{h[1:]}.{p}.{s}",
    "a digit of another script": lambda h, p, s: f"{h}.{p}.{s[:-1]}\N{ARABIC-INDIC DIGIT ONE}",
    "a dot of full width": lambda h, p, s: f"{h}\N{FULLWIDTH FULL STOP}{p}.{s}",
    "the alphabet of base64": lambda h, p, s: f"{h}.{p}.+/{s[2:]}",
    "a letter that base64 skips": lambda h, p, s: f"{h}.{p}.{s[:5]}!{s[5:]}",
    "a signature of zeros": lambda h, p, _: f"{h}.{p}.{b64(bytes(64))}",
    "a signature of ones": lambda h, p, _: f"{h}.{p}.{b64(_ONE + _ONE)}",
    "a signature of all bits": lambda h, p, _: f"{h}.{p}.{'_' * 85}w",
    "half a signature": lambda h, p, s: f"{h}.{p}.{s[:43]}",
    "a signature twice": lambda h, p, s: f"{h}.{p}.{s}{s}",
    "a signature with a zero in front": lambda h, p, s: f"{h}.{p}.{b64(bytes(1) + _bytes(s))}",
    "a signature with a zero behind": lambda h, p, s: f"{h}.{p}.{b64(_bytes(s) + bytes(1))}",
    "of 3 kB, most of it signature": lambda h, p, s: f"{h}.{p}.{s}{'A' * 2_600}",
    "of 100 kB, most of it signature": lambda h, p, s: f"{h}.{p}.{s}{'A' * 100_000}",
}
ENCRYPTED: dict[str, dict[str, object]] = {
    "directly": {"alg": "dir", "enc": "A256GCM"},
    "by PBES2": {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2**31 - 1, "p2s": "AAAA"},
    "by ECDH-ES": {"alg": "ECDH-ES", "enc": "A128GCM"},
    "and compressed": {"alg": "dir", "enc": "A128GCM", "zip": "DEF"},
}


def _odd_shapes() -> None:
    _each("{}", SHAPES, lambda f, shape: shape(*f.parts()))
    _each("encrypted {}", ENCRYPTED, lambda f, h: f"{_part(h | {'kid': f.kid})}.AAAA.AAAA.AAAA.AAAA")
    _add("a signature in DER", _signed_in_der)
    _add("flattened JSON", _flattened)
    _add("general JSON", _general)
    _add("the refresh token", lambda f: f.refresh_token)
    _add("the refresh token in three parts", lambda f: f"{f.refresh_token[:40]}.{f.refresh_token[40:]}.AA")
    _add("of 3 kB", lambda f: f.ours(payload=f.payload(much="x" * 2_000)))
    _add("of 100 kB", lambda f: f.ours(payload=f.payload(much="x" * 75_000)))


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "==")


def _signed_in_der(f: Forger) -> str:
    def sign(text: bytes) -> bytes:
        if isinstance(f.key, ed25519.Ed25519PrivateKey):
            return b"\x04\x40" + f.key.sign(text)
        return f.key.sign(text, ec.ECDSA(hashes.SHA256()))

    return _signed(f.header(), f.claims, sign)


def _flattened(f: Forger) -> str:
    header, payload, signature = f.parts()
    return json.dumps({"protected": header, "payload": payload, "signature": signature})


def _general(f: Forger) -> str:
    header, payload, signature = f.parts()
    return json.dumps({"payload": payload, "signatures": [{"protected": header, "signature": signature}]})


for _collect in (_unsigned, _confused, _injected, _odd_headers, _odd_claims, _odd_shapes):
    _collect()


def edits_of_the_signature(token: str) -> Iterator[str]:
    """Every beginning of a token's last part, and every token that differs in one letter of it."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    start, dot, signature = token.rpartition(".")
    for length in range(1, len(signature)):
        yield start + dot + signature[:length]
        yield start + dot + signature[length:]
    for position, letter in enumerate(signature):
        for other in alphabet if position == len(signature) - 1 else "A_":
            if other != letter:
                yield start + dot + signature[:position] + other + signature[position + 1 :]
