"""Bodies and requests that a client may send to `POST /users/register` and that are no registration.

Written from RFC 8259, from RFC 9112 and from what has gone wrong in others. Each has a name.
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
    yield "password in a list", _raw(password=json.dumps([CANARY]))
    yield "password in an object", _raw(password=json.dumps({CANARY: CANARY}))
    yield "a string for a body", json.dumps(CANARY).encode()
    yield "a list for a body", json.dumps([CANARY]).encode()
    yield "a list of registrations", json.dumps([_object()]).encode()
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

POST = b"POST /users/register HTTP/1.1"
CHUNKED = b"Transfer-Encoding: chunked"

PLACEHOLDER = b"u-0000000000000000"
"""Replaced in requests by an unused name of the same length."""

_REGISTRATION = json.dumps({"username": PLACEHOLDER.decode(), "password": CANARY, "fullname": "Ann"}).encode()


def a_request(
    line: bytes = POST,
    *headers: bytes,
    host: bytes | None = b"Host: a",
    kind: bytes = b"Content-Type: application/json",
    body: bytes = _REGISTRATION,
    sized: bool = True,
) -> bytes:
    """Return the bytes of a request: a registration, but for what is given."""
    size = [b"Content-Length: %d" % len(body)] if sized else []
    return b"\r\n".join([line, *([host] if host else []), kind, *size, *headers, b"", body])


def _chunks(body: bytes, *headers: bytes) -> bytes:
    return a_request(POST, CHUNKED, *headers, body=body, sized=False)


def _sized(size: bytes) -> bytes:
    return a_request(POST, b"Content-Length: " + size, sized=False)


_UTF_16 = _REGISTRATION.decode().encode("utf-16")
_ONE_CHUNK = b"%x\r\n%s\r\n0\r\n\r\n"
_JSON, _TEXT = b"Content-Type: application/json", b"Content-Type: text/plain"
_HTTP_2 = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__")
_WEBSOCKET = (b"Connection: Upgrade", b"Upgrade: websocket")

# fmt: off
ODD_REQUESTS: dict[str, tuple[set[int], bytes]] = {
    "UTF-16 that says so": ({422}, a_request(kind=_JSON + b"; charset=utf-16", body=_UTF_16)),
    "two content types, JSON first": ({201, 400, 422}, a_request(POST, _TEXT)),
    "two content types, JSON last": ({201, 400, 422}, a_request(POST, _JSON, kind=_TEXT)),
    "two framings": ({400}, _chunks(_ONE_CHUNK % (len(_REGISTRATION), _REGISTRATION), b"Content-Length: 5")),
    "two lengths": ({400}, a_request(POST, b"Content-Length: 5")),
    "two lengths in one header": ({400}, _sized(b"5, 6")),
    "a length with a sign": ({400}, _sized(b"+5")),
    "a negative length": ({400}, _sized(b"-5")),
    "a length in hexadecimal": ({400}, _sized(b"0x5")),
    "a length beyond 64 bits": ({400, 413}, _sized(b"9" * 30)),
    "a folded header": ({201, 400}, a_request(POST, b"X-A: a\r\n  b")),
    "bare line feeds": ({201, 400}, a_request().replace(b"\r\n", b"\n")),
    "a bare carriage return": ({400}, a_request(POST, b"X-A: a\rX-B: b")),
    "a space before the colon": ({400}, a_request(POST, b"X-A : a")),
    "a NUL in a header": ({400}, a_request(POST, b"X-A: a\0b")),
    "a header without a colon": ({400}, a_request(POST, b"X-A")),
    "a header without a name": ({400}, a_request(POST, b": a")),
    "a whole address": ({201}, a_request(b"POST http://127.0.0.1/users/register HTTP/1.1")),
    "a whole address elsewhere": ({201, 400, 421}, a_request(b"POST http://evil.example/users/register HTTP/1.1")),
    "a host with a path": ({201, 400}, a_request(host=b"Host: evil/ip?x=")),
    "no host": ({201, 400}, a_request(host=None)),
    "no host in HTTP/1.0": ({201}, a_request(b"POST /users/register HTTP/1.0", host=None)),
    "an encoded line end in the path": ({404}, a_request(b"POST /users/register%0d%0aX-A:%20a HTTP/1.1")),
    "an encoded escape in the path": ({404}, a_request(b"POST /%1b[2J HTTP/1.1")),
    "an escape in the path": ({400}, a_request(b"POST /\x1b[2J HTTP/1.1")),
    "an escape in the query": ({400}, a_request(b"POST /users/register?\x1b[2J HTTP/1.1")),
    "a lower-case method": ({400, 405, 501}, a_request(b"post /users/register HTTP/1.1")),
    "an unknown method": ({400, 405, 501}, a_request(b"REGISTER /users/register HTTP/1.1")),
    "an unknown version": ({400, 505}, a_request(b"POST /users/register HTTP/9.9")),
    "a path of 8 KiB": ({404, 414}, a_request(b"POST /%s HTTP/1.1" % (b"a" * 8_192))),
    "a query of 8 KiB": ({201, 414}, a_request(b"POST /users/register?%s HTTP/1.1" % (b"a" * 8_192))),
    "an unknown expectation": ({201, 417}, a_request(POST, b"Expect: the-worst")),
    "an offer to upgrade to HTTP/2": ({201}, a_request(POST, *_HTTP_2)),
    "a chunk size with a sign": ({400}, _chunks(b"-5\r\nhello\r\n0\r\n\r\n")),
    "a chunk size beyond 64 bits": ({400, 413}, _chunks(b"10000000000000005\r\nhello\r\n0\r\n\r\n")),
    "a chunk longer than it says": ({400}, _chunks(b"5\r\nhello you\r\n0\r\n\r\n")),
    "HTTP/2": ({400, 505}, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "TLS": ({400}, bytes.fromhex("16030100c8010000c40303")),
}
"""What is odd about a registration, the statuses that are right for it, and the request."""

_HIDDEN = a_request()
_BEHIND_THE_LAST_CHUNK = b"0\r\n\r\n" + _HIDDEN
_IN_AN_EXTENSION = b"5;\nxx\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(_HIDDEN), _HIDDEN)


def _announcing(*headers: bytes) -> bytes:
    """Return the head of a request that is answered whatever its body is, which is to be the hidden one."""
    size = b"Content-Length: %d" % len(_HIDDEN)
    return a_request(b"GET /ping HTTP/1.1", *headers, size, body=b"", sized=False)


SMUGGLED_REQUESTS: dict[str, tuple[bytes, bytes]] = {
    "in a body": (a_request(b"GET /ping HTTP/1.1", body=_HIDDEN), b""),
    "in a body that comes late": (_announcing(), _HIDDEN),
    "in a body for no address": (a_request(b"POST /none HTTP/1.1", body=_HIDDEN), b""),
    "in a body that is too large": (a_request(body=b" " * 20_000 + _HIDDEN), b""),
    "in a chunk": (_chunks(_ONE_CHUNK % (len(_HIDDEN), _HIDDEN), b"Content-Length: 4"), b""),
    "in a chunk extension": (_chunks(_IN_AN_EXTENSION), b""),
    "behind the last chunk": (a_request(POST, CHUNKED, body=_BEHIND_THE_LAST_CHUNK), b""),
    "behind the shorter of two lengths": (a_request(POST, b"Content-Length: 0", body=_HIDDEN), b""),
    "behind the end of the connection": (a_request(b"GET /ping HTTP/1.1", b"Connection: close") + _HIDDEN, b""),
    "behind an offer to speak HTTP/2": (_announcing(*_HTTP_2), _HIDDEN),
    "behind an offer to speak WebSocket": (_announcing(*_WEBSOCKET), _HIDDEN),
    **{
        f"behind {framing!r}": (a_request(POST, framing, body=_BEHIND_THE_LAST_CHUNK), b"")
        for framing in (
            b"Transfer-Encoding:\r\n chunked", b"X-A: a\nTransfer-Encoding: chunked", b"Transfer-Encoding : chunked",
            b"X-A: a\rTransfer-Encoding: chunked", b"Transfer-Encoding:\x0bchunked", b"Transfer-Encoding: xchunked",
            b"Transfer-Encoding: identity", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            b"Transfer-Encoding: chunked, identity", b'Transfer-Encoding: "chunked"', b"Transfer_Encoding: chunked",
            b"X-A: a\0\r\nTransfer-Encoding: chunked", b" Transfer-Encoding: chunked",
        )
    },
}
"""Where a second registration hides, the request before it, and what follows once that is answered."""
# fmt: on
