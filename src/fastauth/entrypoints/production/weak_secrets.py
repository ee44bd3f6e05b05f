"""Which secrets are none: published ones, patterns, words."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

PUBLIC = frozenset(
    {"admin", "changeme", "example", "fastauth", "pass", "password", "postgres", "root", "secret", "user"}
    | {"fastauth development key: everybody knows it"}
)
"""Secrets that are none: the first that anybody tries, and every one that the documentation, the
examples, ``docker-compose.yml`` or the source shows. In lower case."""

FEWEST_DIFFERENT = 16
"""Different bytes of a key. Of keys of 32 random characters of base64 1.5 in 10^7 have fewer, of 43 none in
10^13 (computed)."""

FEWEST_DIFFERENT_HEX = 9
"""Different digits of a key in hexadecimal. Of keys of 32 random digits 2.7 in 10^6 have fewer, of 64 none in
10^15 (computed)."""

FEWEST_WORDS = 10
"""Of a passphrase as a key: 10 words of a list of 7776 have 129 bits."""

SHORTEST_PASSWORD = 8
"""Characters of the password of the database: ASVS 6.2.1."""

LEAST_BESIDE_A_NAME = 6
"""Letters and digits of such a password besides the names in it."""

_TELLING = re.compile(
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
    if text.lower() in PUBLIC:
        return "stands in the documentation: everybody knows it"
    return _weakness(text) or _weakness_when_decoded(text)


def _weakness(text: str) -> str | None:
    if _is_repeated(text) or _is_a_row(text):
        return "is a pattern"
    if _TELLING.search(text):
        return "contains a word of examples or of a command"
    words = re.findall(r"[^\s\-_.,;:+/]+", text)
    if 1 < len(words) < FEWEST_WORDS and all(
        re.fullmatch(r"[A-Za-z]?[a-z']*|\d{1,4}", each) for each in words
    ):
        return f"is made of fewer than {FEWEST_WORDS} words"
    bare = text.replace("-", "")
    is_hex = re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", bare) and not bare.isdigit()
    if len(set(bare.encode())) < (FEWEST_DIFFERENT_HEX if is_hex else FEWEST_DIFFERENT):
        return f"has fewer than {FEWEST_DIFFERENT} different bytes"
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


def _is_a_row(text: str) -> bool:
    """Return whether most characters are followed by a neighbour in the alphabet or on a keyboard."""
    lower = text.lower()
    orders: list[Sequence[int]] = [[ord(each) for each in lower]]
    orders += [[row.find(each) for each in lower] for row in _KEYBOARDS]
    most = 0.6 * (len(text) - 1)
    return any(sum(abs(after - before) == 1 for before, after in pairwise(order)) > most for order in orders)


def is_weak_password(password: str, names: Iterable[str], common: frozenset[str]) -> bool:
    """Return whether a database password is short, common, or a variation of one of the names."""
    plain = password.strip().lower()
    words = sorted({name.lower() for name in names if len(name) > 2} | PUBLIC, key=len, reverse=True)  # noqa: PLR2004
    return (
        len(plain) < SHORTEST_PASSWORD
        or plain in common
        or _is_repeated(plain)
        or _is_a_row(plain)
        or any(
            left != spelling and (len(left) < LEAST_BESIDE_A_NAME or left in common)
            for spelling in (plain, plain.translate(_LEET), plain[::-1])
            for left in [_without(words, spelling)]
        )
    )


def _without(words: Iterable[str], text: str) -> str:
    """Return the letters and digits that are left when the words are taken out."""
    for word in words:
        text = text.replace(word, "")
    return "".join(filter(str.isalnum, text))
