"""Hashes that others made: what they look like, and what is done with them.

`FORMATS` is the list of all that are understood; docs/users.md has the same. They are verified once and
then replaced. Whoever could write a hash into the database could name any cost in it: costs are bounded.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from fastauth.adapters.passwords.checks import Check, bcrypt_check, pbkdf2_check, scrypt_check
from fastauth.adapters.passwords.crypts import phpass_check, sha_crypt_check

_BCRYPT = re.compile(r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}", re.ASCII)
_PASSLIB_BCRYPT = re.compile(
    r"(?:v=2,t=(2[ab]),r=(\d\d?)|(2[ab]),(\d\d?))\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})", re.ASCII
)
_SHA_CRYPT = re.compile(r"(?:rounds=(\d{1,9})\$)?([^$]{0,16})\$([./A-Za-z0-9]+)", re.ASCII)
_ASP_DIGESTS = {0: "sha1", 1: "sha256", 2: "sha512"}

WRAPPERS = (
    "{bcrypt}", "{BLF-CRYPT}", "{CRYPT}", "{crypt}", "{SHA512-CRYPT}", "{SHA256-CRYPT}", "bcrypt$",
)  # fmt: skip
"""What Spring, Dovecot, OpenLDAP and Django write before a hash that is complete without it."""
ARGON2_WRAPPERS = (
    "{argon2}",
    "{argon2@SpringSecurity_v5_8}",
    "{ARGON2}",
    "{ARGON2ID}",
    "{ARGON2I}",
    "argon2",
)

_FAST = re.compile(
    r"(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})"
    r"|\{(?:S?MD5|S?SHA(?:-?\d+)?|MD5-CRYPT|LDAP-MD5|PLAIN(?:-MD[45])?|CLEAR(?:TEXT)?|NOOP|LDAP|MD[45]|NTLM|LANMAN)"
    r"(?:\.\w+)?\}.*"
    r"|\$(?:1|apr1|md5|3)\$.*|(?:unsalted_)?(?:md5|sha1|sha224|sha256|sha512|crypt|plain|hmac)[$:].*",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
FAST = "Must be of a slow hash with a salt (OWASP ASVS 11.4.2): what was fast to make is fast to guess."
_NOT_SUPPORTED = {
    "$y$": "yescrypt",
    "$gy$": "yescrypt",
    "$7$": "scrypt in the form of libsodium",
    "$5$rounds=0": "SHA-crypt without rounds",
}


@dataclass(frozen=True, slots=True)
class Format:
    """A form in which hashes are written."""

    prefix: str
    made_by: str
    check_of: Callable[[str], Check]
    """Of what follows the prefix, or of the whole for those that read it themselves."""


def check_of(encoded: str) -> Check:
    """Return what tells the password that has the hash `encoded` from others. Nothing is computed yet.

    Raises:
        ValueError: That is no hash known here, or one that would cost too much.
    """
    bare = encoded
    for wrapper in WRAPPERS:
        if encoded.startswith((wrapper + "$2", wrapper + "$5$", wrapper + "$6$")):
            bare = encoded.removeprefix(wrapper)
    for each in FORMATS:
        if bare.startswith(each.prefix):
            return each.check_of(bare.removeprefix(each.prefix))
    raise ValueError


def argon2_within(encoded: str) -> str:
    """Return a hash without what others write before Argon2's own format."""
    for wrapper in ARGON2_WRAPPERS:
        if encoded.startswith(f"{wrapper}$argon2"):
            return encoded.removeprefix(wrapper)
    return encoded


def why_not(encoded: str) -> tuple[str, str]:
    """Return a code and a sentence that say why a hash that is none known here is not taken."""
    if _FAST.fullmatch(encoded):
        return "weak_hash", FAST
    for prefix, name in _NOT_SUPPORTED.items():
        if encoded.startswith(prefix):
            return "unknown_hash", f"Must be a hash that a log-in can verify; {name} is not supported."
    return "unknown_hash", "Must be a hash that a log-in can verify."


def _bcrypt(version: str) -> Callable[[str], Check]:
    return lambda rest: _bare_bcrypt(version + rest)


def _bare_bcrypt(encoded: str, prepared: Callable[[bytes], bytes] = bytes) -> Check:
    if not _BCRYPT.fullmatch(encoded):
        raise ValueError
    return bcrypt_check(encoded, prepared)


def _django_bcrypt_sha256(rest: str) -> Check:
    return _bare_bcrypt(rest, lambda password: hashlib.sha256(password).hexdigest().encode())


def _wordpress(rest: str) -> Check:
    return _bare_bcrypt(
        rest, lambda password: base64.b64encode(hmac.digest(b"wp-sha384", password, "sha384"))
    )


def _passlib_bcrypt(rest: str) -> Check:
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


def _django_pbkdf2(digest: str) -> Callable[[str], Check]:
    def check(rest: str) -> Check:
        iterations, salt, key = rest.split("$")
        return pbkdf2_check(digest, _number(iterations), salt.encode(), _base64(key))

    return check


def _hex_pbkdf2(rest: str) -> Check:
    """Read Werkzeug's ``sha256:600000$salt$hex``; old versions leave out the iterations."""
    method, salt, key = rest.split("$")
    digest, _, iterations = method.partition(":")
    if digest not in _ASP_DIGESTS.values():
        raise ValueError
    return pbkdf2_check(digest, _number(iterations or "150000"), salt.encode(), bytes.fromhex(key))


def _passlib_pbkdf2(digest: str) -> Callable[[str], Check]:
    def check(rest: str) -> Check:
        iterations, salt, key = rest.split("$")
        return pbkdf2_check(digest, _number(iterations), _base64(salt), _base64(key))

    return check


def _asp_net(rest: str) -> Check:
    """Read the hashes of ASP.NET Identity: a byte for the version, and what that one has."""
    blob = _base64("A" + rest)
    if blob[0] == 0 and len(blob) == 49:  # noqa: PLR2004  1, a salt of 16, a key of 32
        return pbkdf2_check("sha1", 1_000, blob[1:17], blob[17:])
    digest, iterations, size = (int.from_bytes(blob[at : at + 4], "big") for at in (1, 5, 9))
    if blob[0] != 1 or digest not in _ASP_DIGESTS or not 8 <= size <= len(blob) - 13:  # noqa: PLR2004  bytes
        raise ValueError
    return pbkdf2_check(_ASP_DIGESTS[digest], iterations, blob[13 : 13 + size], blob[13 + size :])


def _spring_pbkdf2(digest: str, iterations: int, salt: int) -> Callable[[str], Check]:
    def check(rest: str) -> Check:
        blob = bytes.fromhex(rest)
        return pbkdf2_check(digest, iterations, blob[:salt], blob[salt:])

    return check


def _spring_scrypt(rest: str) -> Check:
    parameters, salt, key = rest.split("$")
    numbers = int(parameters, 16)
    cost = 2 ** (numbers >> 16 & 31), numbers >> 8 & 255, numbers & 255
    return scrypt_check(cost, _base64(salt), _base64(key))


def _django_scrypt(rest: str) -> Check:
    n, salt, r, p, key = rest.split("$")
    return scrypt_check((_number(n), _number(r), _number(p)), salt.encode(), _base64(key))


def _werkzeug_scrypt(rest: str) -> Check:
    method, salt, key = rest.split("$")
    n, r, p = map(_number, method.split(":"))
    return scrypt_check((n, r, p), salt.encode(), bytes.fromhex(key))


def _passlib_scrypt(rest: str) -> Check:
    found = re.fullmatch(r"ln=(\d\d?),r=(\d{1,6}),p=(\d{1,6})\$([^$]+)\$([^$]+)", rest, re.ASCII)
    if not found:
        raise ValueError
    cost = 2 ** int(found[1]), int(found[2]), int(found[3])
    return scrypt_check(cost, _base64(found[4]), _base64(found[5]))


def _sha_crypt(digest: str) -> Callable[[str], Check]:
    def check(rest: str) -> Check:
        found = _SHA_CRYPT.fullmatch(rest)
        if not found:
            raise ValueError
        return sha_crypt_check(digest, int(found[1] or 5_000), found[2], found[3])

    return check


def _number(text: str) -> int:
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII):
        raise ValueError
    return int(text)


def _base64(text: str) -> bytes:
    """Decode Base64, padded or not, and passlib's variant of it."""
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
    Format("$P$", "WordPress", lambda rest: phpass_check("$P$" + rest)),
    Format("$H$", "phpBB", lambda rest: phpass_check("$P$" + rest)),
    Format("$6$", "crypt", _sha_crypt("sha512")),
    Format("$5$", "crypt", _sha_crypt("sha256")),
    Format("A", "ASP.NET Identity", _asp_net),
)
