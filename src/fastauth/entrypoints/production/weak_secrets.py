"""Detect weak secrets: published ones, patterns and words."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

WELL_KNOWN_SECRETS = frozenset(
    {"admin", "changeme", "example", "fastauth", "pass", "password", "postgres", "root", "secret", "user"}
    | {"fastauth development key: everybody knows it"}
)
"""Well-known secrets, refused in production mode: common defaults, and every value in the documentation, the
examples, ``docker-compose.yml`` and the source. In lower case."""

MIN_DISTINCT_BYTES = 16
"""Distinct bytes of a key. Of random base64 keys with 32 characters 1.5 in 10^7 have fewer; with 43
characters fewer than 1 in 10^13 (computed)."""

MIN_DISTINCT_HEX_DIGITS = 9
"""Distinct digits of a hexadecimal key. Of random keys with 32 digits 2.7 in 10^6 have fewer; with 64 digits
fewer than 1 in 10^15 (computed)."""

MIN_WORDS = 10
"""Words of a passphrase that is used as a key: 10 words of a list of 7776 have 129 bits."""

MIN_PASSWORD_LENGTH = 8
"""Characters of the database password: ASVS 6.2.1."""

MIN_CHARACTERS_BESIDES_NAMES = 6
"""Letters and digits of the database password besides the names in it."""

_EXAMPLE_WORDS = re.compile(
    r"passw(or|0r)d|secret|change[-_ ]?me|example|fastauth|openssl|default|insecure|development"
    r"|placeholder|replace|your[-_ ]|unsafe|testing|\$\(|`",
    re.IGNORECASE,
)
"""Words of examples, and parts of a command that was pasted instead of run. One in 10^7 random base64 keys
contains a given word of six letters."""

_KEYBOARDS = (
    "qwertyuiopasdfghjklzxcvbnm",
    "1234567890qwertyuiopasdfghjklzxcvbnm",
    "qazwsxedcrfvtgbyhnujmikolp",
)
_LEET = str.maketrans("@4301!5$7+", "aaeoiissttx"[:10])


def weakness_of_key(key: str) -> str | None:
    """Return why a secret key can be guessed, or ``None``. At least 128 bits are required."""
    text = key.strip()
    if text.lower() in WELL_KNOWN_SECRETS:
        return "is published in the documentation"
    return _weakness(text) or _weakness_when_decoded(text)


def _weakness(text: str) -> str | None:
    if _is_repeated(text) or _is_sequence(text):
        return "is a pattern"
    if _EXAMPLE_WORDS.search(text):
        return "contains a word from examples or a command"
    words = re.findall(r"[^\s\-_.,;:+/]+", text)
    if 1 < len(words) < MIN_WORDS and all(re.fullmatch(r"[A-Za-z]?[a-z']*|\d{1,4}", each) for each in words):
        return f"has fewer than {MIN_WORDS} words"
    bare = text.replace("-", "")
    is_hex = re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", bare) and not bare.isdigit()
    if len(set(bare.encode())) < (MIN_DISTINCT_HEX_DIGITS if is_hex else MIN_DISTINCT_BYTES):
        return f"has fewer than {MIN_DISTINCT_BYTES} distinct bytes"
    return None


def _weakness_when_decoded(text: str) -> str | None:
    """Check the text that a base64 or hexadecimal key encodes. Random bytes rarely encode printable text."""
    for decode in (bytes.fromhex, lambda given: base64.b64decode(given, validate=True)):
        try:
            content = decode(text)
            if len(content) > 1 and (_is_repeated(hidden := content.decode("ascii")) or hidden.isprintable()):
                return _weakness(hidden.strip())
        except (ValueError, binascii.Error):
            continue
    return None


def _is_repeated(text: str) -> bool:
    """Return whether a text is a repetition of one part, the last of which may be incomplete."""
    return any(
        all(character == text[index % period] for index, character in enumerate(text))
        for period in range(1, len(text) // 2 + 1)
    )


def _is_sequence(text: str) -> bool:
    """Return whether most characters are neighbours in the alphabet or on a keyboard."""
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
    """Return the letters and digits that remain without the words."""
    for word in words:
        text = text.replace(word, "")
    return "".join(filter(str.isalnum, text))
