"""Headers that fastauth never writes, under a valid signature."""

import json

from tests.attacks.token_forgeries.encoding import b64, encode_part, with_member_twice
from tests.attacks.token_forgeries.forger import MISSING, Forger
from tests.attacks.token_forgeries.table import Forgeries, by_name

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


def add_headers(forgeries: Forgeries) -> None:
    forgeries.add_each(
        "crit {}", CRITICAL, lambda f, crit: f.signed(f.header(crit=crit, bork=1, exp=f.claims["exp"]))
    )
    forgeries.add("crit empty", lambda f: f.signed(f.header(crit=[])), elsewhere=False)
    forgeries.add("b64 false", lambda f: f.signed(f.header(b64=False)), elsewhere=False)
    forgeries.add("b64 false and critical", lambda f: f.signed(f.header(b64=False, crit=["b64"])))
    forgeries.add("b64 false and not encoded", _not_encoded)
    forgeries.add("zip", lambda f: f.signed(f.header(zip="DEF")), elsewhere=False)
    forgeries.add_each("typ {}", TYPES, lambda f, typ: f.signed(f.header(typ=typ)))
    forgeries.add_each(
        "typ {}",
        by_name(["AT+JWT", "At+Jwt", "application/at+jwt"]),  # the same by RFC 7515; we write it in one way
        lambda f, typ: f.signed(f.header(typ=typ)),
        elsewhere=False,
    )
    forgeries.add("a further member", lambda f: f.signed(f.header(a=1)), elsewhere=False)
    forgeries.add_each("a header that is {}", HEADERS, lambda f, header: f.signed(header))
    forgeries.add(
        "a header in UTF-16", lambda f: f.signed(json.dumps(f.header()).encode("utf-16")), elsewhere=False
    )
    forgeries.add(
        "a header with a BOM",
        lambda f: f.signed(b"\xef\xbb\xbf" + json.dumps(f.header()).encode()),
        elsewhere=False,
    )
    forgeries.add_each(
        "{} twice in the header",
        {"alg": "none", "kid": "nobody", "typ": "JWT"},
        lambda f, first: f.signed(with_member_twice(f.header(), first)),
        elsewhere=False,
        named=True,
    )


def _not_encoded(f: Forger) -> str:
    """RFC 7797: the payload stands as it is. It has no dot."""
    text = f"{encode_part(f.header(b64=False, crit=['b64']))}.{{}}"
    return f"{text}.{b64(f.sign(text.encode()))}"
