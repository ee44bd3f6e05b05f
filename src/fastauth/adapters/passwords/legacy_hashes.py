"""Hashes of other software: which are supported, and why others are rejected.

`FORMATS` has all supported formats; docs/operate/managing-users.md has the same list. A legacy hash is
replaced at the first successful log-in. A hash states its own cost, so costs are bounded.
"""

import re

from fastauth.adapters.passwords.legacy_formats import FORMATS
from fastauth.adapters.passwords.verifier import Verifier

WRAPPERS = (
    "{bcrypt}", "{BLF-CRYPT}", "{CRYPT}", "{crypt}", "{SHA512-CRYPT}", "{SHA256-CRYPT}", "bcrypt$",
)  # fmt: skip
"""Prefixes of Spring, Dovecot, OpenLDAP and Django before a hash in the common crypt format."""
ARGON2_WRAPPERS = (
    "{argon2}",
    "{argon2@SpringSecurity_v5_8}",
    "{ARGON2}",
    "{ARGON2ID}",
    "{ARGON2I}",
    "argon2",
)
"""The same before a hash in the format of Argon2."""

_FAST_HASH = re.compile(
    r"(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})"
    r"|\{(?:S?MD5|S?SHA(?:-?\d+)?|MD5-CRYPT|LDAP-MD5|PLAIN(?:-MD[45])?|CLEAR(?:TEXT)?|NOOP|LDAP|MD[45]|NTLM|LANMAN)"
    r"(?:\.\w+)?\}.*"
    r"|\$(?:1|apr1|md5|3)\$.*|(?:unsalted_)?(?:md5|sha1|sha224|sha256|sha512|crypt|plain|hmac)[$:].*",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
FAST_HASH = "Must be a slow, salted hash (OWASP ASVS 11.4.2): passwords are guessed quickly from a fast one."
_NOT_SUPPORTED = {
    "$y$": "yescrypt",
    "$gy$": "yescrypt",
    "$7$": "scrypt in the form of libsodium",
    "$5$rounds=0": "SHA-crypt without rounds",
}


def verifier_for(encoded: str) -> Verifier:
    """Return the verifier of a legacy hash. No hash is computed yet.

    Raises:
        ValueError: The format is not supported, or the cost is out of bounds.
    """
    bare = encoded
    for wrapper in WRAPPERS:
        if encoded.startswith((wrapper + "$2", wrapper + "$5$", wrapper + "$6$")):
            bare = encoded.removeprefix(wrapper)
    for each in FORMATS:
        if bare.startswith(each.prefix):
            return each.verifier_for(bare.removeprefix(each.prefix))
    raise ValueError


def strip_argon2_wrapper(encoded: str) -> str:
    """Return `encoded` without a prefix before the format of Argon2."""
    for wrapper in ARGON2_WRAPPERS:
        if encoded.startswith(f"{wrapper}$argon2"):
            return encoded.removeprefix(wrapper)
    return encoded


def rejection_reason(encoded: str) -> tuple[str, str]:
    """Return the code and detail of the violation for a hash that is not supported."""
    if _FAST_HASH.fullmatch(encoded):
        return "weak_hash", FAST_HASH
    for prefix, name in _NOT_SUPPORTED.items():
        if encoded.startswith(prefix):
            return "unknown_hash", f"Must be a supported password hash; {name} is not."
    return "unknown_hash", "Must be a supported password hash."


_BCRYPT_WRAPPERS = ("", *WRAPPERS[:4], "bcrypt$", "bcrypt_sha256$", "$wp")
_CRYPT_WRAPPERS = ("", "{CRYPT}", "{crypt}", "{SHA512-CRYPT}", "{SHA256-CRYPT}")
_FIXED = {"$P$": 1, "$H$": 1, "A": 15, "{pbkdf2@SpringSecurity_v5_8}": 0, "{pbkdf2}": 0}

HASH_PREFIXES: tuple[tuple[str, int | None], ...] = (
    ("$argon2id$v=19$", None),
    *((f"{wrapper}$2{letter}$", 2) for wrapper in _BCRYPT_WRAPPERS for letter in "abxy"),
    *(
        (each.prefix, _FIXED.get(each.prefix))
        for each in FORMATS
        if each.prefix[:3] not in {"$5$", "$6$", "$wp"}
    ),
    *(
        (f"{wrapper}$argon2{kind}${version}", None)
        for wrapper in ("", *ARGON2_WRAPPERS)
        for kind in ("id", "i", "d")
        for version in ("v=19$", "v=16$", "")
    ),
    *((f"{wrapper}${kind}$rounds=", None) for wrapper in _CRYPT_WRAPPERS for kind in "56"),
    *((f"{wrapper}${kind}$", 0) for wrapper in _CRYPT_WRAPPERS for kind in "56"),
    ("!", 0),  # accounts without a password
)
"""The prefix of each kind of hash, and the number of characters of its parameters behind it.

``None`` stands for the characters up to the next ``$``. The first prefix that matches counts."""
