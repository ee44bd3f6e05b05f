"""The format of Argon2 hashes, as libargon2 parses it."""

import base64
import re

_FORMAT = re.compile(
    r"\$argon2(?:id|i|d)\$(?:v=(?:16|19)\$)?m=([1-9]\d*),t=[1-9]\d*,p=([1-9]\d*)\$([^$]{11,})\$([^$]{6,})",
    re.ASCII,
)


def is_well_formed(encoded: str) -> bool:
    """Return whether libargon2 can parse a hash: all parts, enough memory, canonical Base64."""
    found = _FORMAT.fullmatch(encoded)
    if not found:
        return False
    memory, lanes, *texts = found.groups()
    return int(memory) >= 8 * int(lanes) and all(_is_canonical(text) for text in texts)


def _is_canonical(text: str) -> bool:
    """Return whether Base64 without padding has no stray bits in its last character."""
    decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    return base64.b64encode(decoded).rstrip(b"=") == text.encode()
