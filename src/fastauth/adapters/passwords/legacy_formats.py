"""Formats of legacy hashes, with a parser for each."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from fastauth.adapters.passwords.bcrypt_verifier import bcrypt_verifier
from fastauth.adapters.passwords.pbkdf2_verifier import pbkdf2_verifier
from fastauth.adapters.passwords.phpass import phpass_verifier
from fastauth.adapters.passwords.scrypt_verifier import scrypt_verifier
from fastauth.adapters.passwords.sha_crypt import sha_crypt_verifier
from fastauth.adapters.passwords.verifier import Verifier

_BCRYPT = re.compile(r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}", re.ASCII)
_PASSLIB_BCRYPT = re.compile(
    r"(?:v=2,t=(2[ab]),r=(\d\d?)|(2[ab]),(\d\d?))\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})", re.ASCII
)
_SHA_CRYPT = re.compile(r"(?:rounds=(\d{1,9})\$)?([^$]{0,16})\$([./A-Za-z0-9]+)", re.ASCII)
_ASP_DIGESTS = {0: "sha1", 1: "sha256", 2: "sha512"}


@dataclass(frozen=True, slots=True)
class Format:
    """A format of hashes."""

    prefix: str
    made_by: str
    verifier_for: Callable[[str], Verifier]
    """Returns the verifier for the text behind the prefix; raises `ValueError` for a malformed one."""


def _bcrypt(version: str) -> Callable[[str], Verifier]:
    return lambda rest: _bare_bcrypt(version + rest)


def _bare_bcrypt(encoded: str, prepared: Callable[[bytes], bytes] = bytes) -> Verifier:
    if not _BCRYPT.fullmatch(encoded):
        raise ValueError
    return bcrypt_verifier(encoded, prepared)


def _django_bcrypt_sha256(rest: str) -> Verifier:
    return _bare_bcrypt(rest, lambda password: hashlib.sha256(password).hexdigest().encode())


def _wordpress(rest: str) -> Verifier:
    return _bare_bcrypt(
        rest, lambda password: base64.b64encode(hmac.digest(b"wp-sha384", password, "sha384"))
    )


def _passlib_bcrypt(rest: str) -> Verifier:
    found = _PASSLIB_BCRYPT.fullmatch(rest)
    if not found:
        raise ValueError
    version, cost, salt, key = found[1] or found[3], int(found[2] or found[4]), found[5], found[6]

    def prepared(password: bytes) -> bytes:
        digest = (
            hmac.digest(salt.encode(), password, "sha256") if found[1] else hashlib.sha256(password).digest()
        )
        return base64.b64encode(digest)

    return _bare_bcrypt(f"${version}${cost:02}${salt}{key}", prepared)


def _django_pbkdf2(digest: str) -> Callable[[str], Verifier]:
    def check(rest: str) -> Verifier:
        iterations, salt, key = rest.split("$")
        return pbkdf2_verifier(digest, _number(iterations), salt.encode(), _base64(key))

    return check


def _hex_pbkdf2(rest: str) -> Verifier:
    """Parse Werkzeug's ``sha256:600000$salt$hex``; old versions omit the iterations, which are 150 000."""
    method, salt, key = rest.split("$")
    digest, _, iterations = method.partition(":")
    if digest not in _ASP_DIGESTS.values():
        raise ValueError
    return pbkdf2_verifier(digest, _number(iterations or "150000"), salt.encode(), bytes.fromhex(key))


def _passlib_pbkdf2(digest: str) -> Callable[[str], Verifier]:
    def check(rest: str) -> Verifier:
        iterations, salt, key = rest.split("$")
        return pbkdf2_verifier(digest, _number(iterations), _base64(salt), _base64(key))

    return check


def _asp_net(rest: str) -> Verifier:
    """Parse a hash of ASP.NET Identity: a byte with the version, then the fields of that version."""
    blob = _base64("A" + rest)
    if blob[0] == 0 and len(blob) == 49:  # noqa: PLR2004  1 + a salt of 16 + a key of 32
        return pbkdf2_verifier("sha1", 1_000, blob[1:17], blob[17:])
    digest, iterations, size = (int.from_bytes(blob[at : at + 4], "big") for at in (1, 5, 9))
    if blob[0] != 1 or digest not in _ASP_DIGESTS or not 8 <= size <= len(blob) - 13:  # noqa: PLR2004  bytes
        raise ValueError
    return pbkdf2_verifier(_ASP_DIGESTS[digest], iterations, blob[13 : 13 + size], blob[13 + size :])


def _spring_pbkdf2(digest: str, iterations: int, salt: int) -> Callable[[str], Verifier]:
    def check(rest: str) -> Verifier:
        blob = bytes.fromhex(rest)
        return pbkdf2_verifier(digest, iterations, blob[:salt], blob[salt:])

    return check


def _spring_scrypt(rest: str) -> Verifier:
    parameters, salt, key = rest.split("$")
    numbers = int(parameters, 16)
    cost = 2 ** (numbers >> 16 & 31), numbers >> 8 & 255, numbers & 255
    return scrypt_verifier(cost, _base64(salt), _base64(key))


def _django_scrypt(rest: str) -> Verifier:
    n, salt, r, p, key = rest.split("$")
    return scrypt_verifier((_number(n), _number(r), _number(p)), salt.encode(), _base64(key))


def _werkzeug_scrypt(rest: str) -> Verifier:
    method, salt, key = rest.split("$")
    n, r, p = map(_number, method.split(":"))
    return scrypt_verifier((n, r, p), salt.encode(), bytes.fromhex(key))


def _passlib_scrypt(rest: str) -> Verifier:
    found = re.fullmatch(r"ln=(\d\d?),r=(\d{1,6}),p=(\d{1,6})\$([^$]+)\$([^$]+)", rest, re.ASCII)
    if not found:
        raise ValueError
    cost = 2 ** int(found[1]), int(found[2]), int(found[3])
    return scrypt_verifier(cost, _base64(found[4]), _base64(found[5]))


def _sha_crypt(digest: str) -> Callable[[str], Verifier]:
    def check(rest: str) -> Verifier:
        found = _SHA_CRYPT.fullmatch(rest)
        if not found:
            raise ValueError
        return sha_crypt_verifier(digest, int(found[1] or 5_000), found[2], found[3])

    return check


def _number(text: str) -> int:
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII):
        raise ValueError
    return int(text)


def _base64(text: str) -> bytes:
    """Decode Base64 with or without padding, and passlib's variant of it."""
    text = text.replace(".", "+").rstrip("=")
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


FORMATS = (
    *(Format(f"$2{letter}$", "bcrypt", _bcrypt(f"$2{letter}$")) for letter in "abxy"),
    Format("pbkdf2_sha256$", "Django", _django_pbkdf2("sha256")),
    Format("pbkdf2_sha1$", "Django", _django_pbkdf2("sha1")),
    Format("bcrypt_sha256$", "Django", _django_bcrypt_sha256),
    Format("scrypt$", "Django", _django_scrypt),
    Format("pbkdf2:", "Werkzeug", _hex_pbkdf2),
    Format("scrypt:", "Werkzeug", _werkzeug_scrypt),
    Format("$pbkdf2-sha256$", "passlib", _passlib_pbkdf2("sha256")),
    Format("$pbkdf2-sha512$", "passlib", _passlib_pbkdf2("sha512")),
    Format("$pbkdf2$", "passlib", _passlib_pbkdf2("sha1")),
    Format("$bcrypt-sha256$", "passlib", _passlib_bcrypt),
    Format("$scrypt$", "passlib", _passlib_scrypt),
    Format("{PBKDF2-SHA256}", "OpenLDAP", _passlib_pbkdf2("sha256")),
    Format("{PBKDF2-SHA512}", "OpenLDAP", _passlib_pbkdf2("sha512")),
    Format("{pbkdf2@SpringSecurity_v5_8}", "Spring Security", _spring_pbkdf2("sha256", 310_000, 16)),
    Format("{pbkdf2}", "Spring Security", _spring_pbkdf2("sha1", 185_000, 8)),
    Format("{scrypt@SpringSecurity_v5_8}$", "Spring Security", _spring_scrypt),
    Format("{scrypt}$", "Spring Security", _spring_scrypt),
    Format("$wp", "WordPress", _wordpress),
    Format("$P$", "WordPress", lambda rest: phpass_verifier("$P$" + rest)),
    Format("$H$", "phpBB", lambda rest: phpass_verifier("$P$" + rest)),
    Format("$6$", "crypt", _sha_crypt("sha512")),
    Format("$5$", "crypt", _sha_crypt("sha256")),
    Format("A", "ASP.NET Identity", _asp_net),
)
