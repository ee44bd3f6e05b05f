"""Bodies that somebody may send to `POST /users/register` and that are no registration.

Written from RFC 8259 and from what has gone wrong in others: each pair is a name and a body.
"""

import json
from collections.abc import Iterator

CANARY = "canary-5f2e-password"
"""A password that must turn up nowhere."""


def _object(**members: object) -> dict[str, object]:
    return {"username": "canary-user", "password": CANARY, "fullname": "Canary", **members}


def _raw(**members: str) -> bytes:
    """Return a registration in which some values are written out as given."""
    values = {name: json.dumps(value) for name, value in _object().items()} | members
    return ("{" + ",".join(f'"{name}":{value}' for name, value in values.items()) + "}").encode()


def _grammar() -> Iterator[tuple[str, bytes]]:
    valid = json.dumps(_object()).encode()
    yield "nothing", b""
    yield "white space", b" \t\r\n"
    for cut in range(1, len(valid), 7):
        yield f"cut off after {cut} bytes", valid[:cut]
    yield from {
        "a comma at the end": valid[:-1] + b",}",
        "a comma for a start": b"," + valid,
        "two values": valid + valid,
        "text behind": valid + b" x",
        "a comment": b"/* */" + valid,
        "a line comment": valid + b"// x",
        "single quotes": valid.replace(b'"', b"'"),
        "names without quotes": valid.replace(b'"username"', b"username"),
        "no colon": valid.replace(b":", b" ", 1),
        "a hash sign": b"#" + valid,
        "a NUL behind": valid + b"\0",
        "a form feed": b"\f" + valid,
        "a byte order mark": b"\xef\xbb\xbf" + valid,
        "UTF-16": valid.decode().encode("utf-16"),
        "UTF-16 little-endian": valid.decode().encode("utf-16-le"),
        "UTF-32": valid.decode().encode("utf-32"),
        "Latin-1": valid.replace(b"Canary", "Cän".encode("latin-1")),
        "an overlong NUL": valid.replace(b"Canary", b"Can\xc0\x80"),
        "a surrogate in UTF-8": valid.replace(b"Canary", b"\xed\xa0\x80"),
        "beyond Unicode": valid.replace(b"Canary", b"\xf4\x90\x80\x80"),
        "a lone continuation byte": valid.replace(b"Canary", b"\x80"),
        "a raw newline in a string": valid.replace(b"Canary", b"Can\nary"),
        "a raw tab in a string": valid.replace(b"Canary", b"Can\tary"),
        "a form": b"username=a&password=b&fullname=c",
        "XML": b"<user/>",
        "multipart": b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\na\r\n--x--',
        "zeros": b"\0" * 1_000,
        "a gzip header": b"\x1f\x8b\x08\x00",
    }.items()
    yield from (
        (f"only {value!r}", value) for value in (b"null", b"true", b"0", b'"x"', b"[]", b"{}", b"[{}]")
    )


def _values() -> Iterator[tuple[str, bytes]]:
    for field in ("username", "password", "fullname"):
        for value in (
            "null", "true", "0", "-0", "1e999", "NaN", "Infinity", "-Infinity", "01", "+1", ".5", "1.", "0x1",
            "1e", "9" * 5_000, "[]", "{}", '["a"]', '""', r'"\ud800"', r'"\udc00\ud800"', r'"\uD83D"', r'"\u12"',
            r'"\x41"', r'"\a"', '"', '"\\"', "undefined", "None", "'a'",
        ):  # fmt: skip
            yield f"{field} is {value[:20]}", _raw(**{field: value})
        yield f"{field} is missing", json.dumps({k: v for k, v in _object().items() if k != field}).encode()
        yield f"{field} twice", _raw()[:-1] + f',"{field}":"again"}}'.encode()
        yield f"{field} under a longer name", _raw().replace(field.encode(), field.encode() + b"\\u0000")
    for field in ("username", "fullname"):
        for escape in (r"\u0000", r"\u001b[2J", r"a\r\nSet-Cookie: x", r"\u202e", r"\u2028"):
            yield f"{field} with {escape}", _raw(**{field: f'"a{escape}b"'})
        yield f"{field} is too long", _raw(**{field: json.dumps("x" * 51)})
    for name in (
        "a b",
        "a\u200bb",
        "ａ ",
        "\ufeffa",
        "a\u00ad",
        "pаypal",
        "Ⅳ",
        "ﬁ",
        "\U0001f600",
        "\ufffd",
        "\ufffe",
    ):
        yield f"username {name!r}", _raw(username=json.dumps(name))
    yield "password is too long", _raw(password=json.dumps(CANARY * 20))
    for name, value in {
        "surrogate": r'"\ud800"',
        "NaN": "NaN",
        "deep array": "[" * 900 + "]" * 900,
        "deep object": '{"a":' * 900 + "1" + "}" * 900,
        "unclosed": "[" * 5_000,
        "long number": "1" * 10_000,
        "broken string": '"\\"',
        "inner duplicate": '{"a":1,"a":2}',
    }.items():
        yield f"an unknown field with a {name}", _raw()[:-1] + f',"x":{value}}}'.encode()
    yield "brackets", b"[" * 16_000
    yield "braces", b'{"a":' * 3_000
    yield "brackets in a string", b'{"username": "' + b"[" * 8_000


BODIES: dict[str, bytes] = dict([*_grammar(), *_values()])

TOO_LARGE: dict[str, bytes] = {
    "just too large": _raw() + b" " * 16_384,
    "100 000 brackets": b"[" * 100_000,
    "a password of 1 MiB": _raw(password=json.dumps(CANARY * 50_000)),
}

ACCEPTABLE: dict[str, bytes] = {
    "plain": _raw(),
    "white space around everything": json.dumps(_object(), indent=4).encode().replace(b":", b" \t:\r\n"),
    "everything escaped": _raw(username='"' + "".join(f"\\u{ord(c):04x}" for c in "canary-user") + '"'),
    "a pair of surrogates": _raw(fullname=r'"\ud83d\ude00"'),
    "a NUL in the password": _raw(password=r'"a\u0000b"'),
    "unknown fields": json.dumps(_object(id=99, is_admin=True, x=[[[{}]]], __proto__={"a": 1})).encode(),
    "an odd but valid number": _raw()[:-1] + b',"x":-0.0e-0}',
    "a number too large for a float": _raw()[:-1] + b',"x":1e999}',
    "almost too large": _raw()[:-1] + b',"x":"' + b"x" * 16_000 + b'"}',
}

NAUGHTY_STRINGS: list[str] = [
    "undefined", "null", "NaN", "true", "0", "-1", "1/0", "0x0", "1E+02", "\\", "\\\\", "'", '"', "`", "';--",
    "' OR 1=1 --", "1; DROP TABLE user_info", "%s%s%n", "%d", "{0}", "${7*7}", "{{7*7}}", "<script>alert(1)</script>",
    "&lt;", "../../etc/passwd", "C:\\con", "CON", "PRN", "$HOME", "`id`", "$(id)", "a\u0301" * 20, "Z͑ͫ̓a͖̭l̡̛g͕o", "ﷺ",
    "Ω≈ç√∫", "ÅÍÎÏ", "田中さん", "パーティー", "社會科學院", "찦차", "Ⱥ", "ⱥ", "😍", "👩‍👩‍👧‍👦", "🇺🇸", "１２３", "١٢٣", "ثم نفس",
    "בְּרֵאשִׁית", "\u202atest\u202a", "\u2029", "\u200b", "\ufeff", "\u00ad", "᚛ᚄᚓ᚜", "̸̡", "ı", "İ", "ß", "ẞ", "ς", "Σ",
    "ŉ", "ǆ", "ﬃ", "K", "\x7f", "\x80", "\x85", "\x1b[31m", "\r\n", "\t", " ", "\u3000", "\ue000", "\ufdd0", "\U0010ffff",
    "\U000e0001", "a" * 50, "a" * 51, "é" * 50, "😀" * 50, "admin", "root", "__proto__", "constructor", "toString",
    "file:///etc/passwd", "http://a/%%30%30", "-", "--help", ".", "..", "@", "#", "💩" * 51, "\u0600", "ᅠ", "\u202e",
]  # fmt: skip
