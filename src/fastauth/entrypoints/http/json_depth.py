"""The depth of arrays and objects in a JSON text."""

import re
from itertools import accumulate

MAX_DEPTH = 16
"""Levels of arrays and objects. Valid bodies of this API have one."""

# The closing quotation mark is optional: an unterminated string matches up to the end of the body. If it were
# required, the search would restart at each quotation mark within it, in quadratic time (CWE-1333).
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_STEPS = [(byte in b"[{") - (byte in b"]}") for byte in range(256)]
_NO_BRACKETS = bytes(byte for byte, step in enumerate(_STEPS) if not step)


def depth(body: bytes) -> int:
    """Return the depth of arrays and objects in `body`."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return 0  # too few brackets to be too deep
    brackets = _STRINGS.sub(b"", body).translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)
