"""Which secrets are none: published ones, patterns, words."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

WELL_KNOWN_SECRETS = frozenset(
    {"admin", "changeme", "example", "fastauth", "pass", "password", "postgres", "root", "secret", "user"}
    | {"fastauth development key: everybody knows it"}
)
"""Secrets that are none: the first that anybody tries, and every one that the documentation, the
examples, ``docker-compose.yml`` or the source shows. In lower case."""

MIN_DISTINCT_BYTES = 16
"""Different bytes of a key. Of keys of 32 random characters of base64 1.5 in 10^7 have fewer, of 43 none in
10^13 (computed)."""

MIN_DISTINCT_HEX_DIGITS = 9
"""Different digits of a key in hexadecimal. Of keys of 32 random digits 2.7 in 10^6 have fewer, of 64 none in
10^15 (computed)."""

MIN_WORDS = 10
"""Of a passphrase as a key: 10 words of a list of 7776 have 129 bits."""

MIN_PASSWORD_LENGTH = 8
"""Characters of the password of the database: ASVS 6.2.1."""

MIN_CHARACTERS_BESIDES_NAMES = 6
"""Letters and digits of such a password besides the names in it."""

_EXAMPLE_WORDS = re.compile(
    r"passw(or|0r)d|secret|change[-_ ]?me|example|fastauth|openssl|default|insecure|development"
    r"|placeholder|replace|your[-_ ]|unsafe|testing|\$\(|`",
    re.IGNORECASE,
)
"""Words of examples, and of a command that no shell has run. A random key in base64 has one of six letters
once in 10^7 keys."""

_KEYBOARDS = (
    "qwertyuiopasdfghjklzxcvbnm",
    "1234567890qwertyuiopasdfghjklzxcvbnm",
    "qazwsxedcrfvtgbyhnujmikolp",
)
_LEET = str.maketrans("@4301!5$7+", "aaeoiissttx"[:10])


def weakness_of_key(key: str) -> str | None:
    """Return why a secret key can be guessed, or None. 128 bits are what is asked for."""
    text = key.strip()
    if text.lower() in WELL_KNOWN_SECRETS:
        return "stands in the documentation: everybody knows it"
    return _weakness(text) or _weakness_when_decoded(text)


def _weakness(text: str) -> str | None:
    if _is_repeated(text) or _is_sequence(text):
        return "is a pattern"
    if _EXAMPLE_WORDS.search(text):
        return "contains a word of examples or of a command"
    words = re.findall(r"[^\s\-_.,;:+/]+", text)
    if 1 < len(words) < MIN_WORDS and all(re.fullmatch(r"[A-Za-z]?[a-z']*|\d{1,4}", each) for each in words):
        return f"is made of fewer than {MIN_WORDS} words"
    bare = text.replace("-", "")
    is_hex = re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", bare) and not bare.isdigit()
    if len(set(bare.encode())) < (MIN_DISTINCT_HEX_DIGITS if is_hex else MIN_DISTINCT_BYTES):
        return f"has fewer than {MIN_DISTINCT_BYTES} different bytes"
    return None


def _weakness_when_decoded(text: str) -> str | None:
    """Judge the text that a key in base64 or hexadecimal hides. Random bytes are no text."""
    for decode in (bytes.fromhex, lambda given: base64.b64decode(given, validate=True)):
        try:
            content = decode(text)
            if len(content) > 1 and (_is_repeated(hidden := content.decode("ascii")) or hidden.isprintable()):
                return _weakness(hidden.strip())
        except (ValueError, binascii.Error):
            continue
    return None


def _is_repeated(text: str) -> bool:
    """Return whether a text is one part again and again, the last time perhaps cut off."""
    return any(
        all(character == text[index % period] for index, character in enumerate(text))
        for period in range(1, len(text) // 2 + 1)
    )


def _is_sequence(text: str) -> bool:
    """Return whether most characters are followed by a neighbour in the alphabet or on a keyboard."""
    lower = text.lower()
    orders: list[Sequence[int]] = [[ord(each) for each in lower]]
    orders += [[row.find(each) for each in lower] for row in _KEYBOARDS]
    most = 0.6 * (len(text) - 1)
    return any(sum(abs(after - before) == 1 for before, after in pairwise(order)) > most for order in orders)


def is_weak_password(password: str, names: Iterable[str], common: frozenset[str]) -> bool:
    """Return whether a database password is short, common, or a variation of one of the names."""
    plain = password.strip().lower()
    long_names = {name.lower() for name in names if len(name) > 2}  # noqa: PLR2004  a name of two letters is in any word
    words = sorted(long_names | WELL_KNOWN_SECRETS, key=len, reverse=True)
    return (
        len(plain) < MIN_PASSWORD_LENGTH
        or plain in common
        or _is_repeated(plain)
        or _is_sequence(plain)
        or any(
            left != spelling and (len(left) < MIN_CHARACTERS_BESIDES_NAMES or left in common)
            for spelling in (plain, plain.translate(_LEET), plain[::-1])
            for left in [_without(words, spelling)]
        )
    )


def _without(words: Iterable[str], text: str) -> str:
    """Return the letters and digits that are left when the words are taken out."""
    for word in words:
        text = text.replace(word, "")
    return "".join(filter(str.isalnum, text))
