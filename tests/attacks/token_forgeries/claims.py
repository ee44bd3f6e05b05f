"""Claims that fastauth never writes, under a valid signature."""

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.attacks.token_forgeries.encoding import encode_part, with_member_twice
from tests.attacks.token_forgeries.forger import MISSING, Forger
from tests.attacks.token_forgeries.table import Forgeries, by_name

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
    "of no account": "999999999",
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


def add_claims(forgeries: Forgeries) -> None:
    for claim in ("iss", "aud"):
        forgeries.add_each(
            claim + " {}",
            NAMES,
            partial(
                lambda claim, f, odd: f.signed(payload=f.payload(**{claim: odd(f.claims[claim])})), claim
            ),
        )
    forgeries.add_each("{}", KNOWN_ELSEWHERE, lambda f, change: f.signed(payload=f.payload(**change(f))))
    forgeries.add_each(
        "{}", KNOWN_HERE, lambda f, change: f.signed(payload=f.payload(**change(f))), elsewhere=False
    )
    forgeries.add_each(
        "sub {}", SUBJECTS, lambda f, sub: f.signed(payload=f.payload(sub=sub)), elsewhere=False
    )
    forgeries.add_each(
        "sid {}", SESSIONS, lambda f, sid: f.signed(payload=f.payload(sid=sid)), elsewhere=False
    )
    forgeries.add_each(
        "exp {}",
        by_name(["NaN", "Infinity", "-Infinity"]),
        lambda f, literal: f.signed(payload=_literal(f.claims, "exp", literal)),
    )
    forgeries.add(
        "exp 1e999", lambda f: f.signed(payload=_literal(f.claims, "exp", "1e999")), elsewhere=False
    )  # JSON allows it
    forgeries.add_each(
        "{} twice",
        {"sub": "1", "exp": 1, "sid": "0" * 32, "aud": "https://example.com"},
        lambda f, first: f.signed(payload=with_member_twice(f.claims, first)),
        elsewhere=False,
        named=True,
    )
    forgeries.add_each("a payload that is {}", PAYLOADS, lambda f, payload: f.signed(payload=payload))
    forgeries.add("the payload of another user", lambda f: _transplanted(f, 1, encode_part(f.other_claims)))
    forgeries.add(
        "a payload that lasts longer", lambda f: _transplanted(f, 1, encode_part(f.payload(exp=_in(600))))
    )
    forgeries.add("a header of another typ", lambda f: _transplanted(f, 0, encode_part(f.header(typ="JWT"))))


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
