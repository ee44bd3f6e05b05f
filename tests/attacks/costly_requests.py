"""Requests of at most 16 KiB that cost much where something is not linear, and what each costs."""

import json
import logging
import time
from collections.abc import AsyncIterator, Iterable, Iterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

import structlog
from fastapi import FastAPI
from tests.application import fakes_over
from tests.fakes import (
    FakePasswordHasher,
    FakeStorage,
)

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings

Item = TypeVar("Item")

MOST = 16 * 1024
"""Bytes of a body, and of a head."""


def filled(text: str, *, around: int = 0) -> str:
    """Repeat `text` until its JSON has as many bytes as a body may have, less what stands around it."""
    return text * ((MOST - around) // len(json.dumps(text, ensure_ascii=False)[1:-1].encode()))


def _marks(*marks: str) -> str:
    """Return combining marks in blocks of one kind each: nothing of the text is in canonical order."""
    each = (MOST - 512) // sum(len(mark.encode()) for mark in marks)
    return "a" + "".join(mark * each for mark in marks)


TEXTS: dict[str, str] = {
    "letters": filled("a", around=512),
    "two blocks of marks": _marks("\u0315", "\u0300"),
    "three blocks of marks": _marks("\u0345", "\u0301", "\u0327"),
    "marks in turn": filled("\u0315\u0300\u0327", around=512),
    "marks of four bytes": _marks("\U0001d165", "\U0001e8d0", "\U00010a0f"),
    "marks up to four times the longest name": "a" + "\u0315" * 99 + "\u0300" * 100,
    "marks up to four times the longest password": "a" + "\u0315" * 511 + "\u0300" * 512,
    "marks behind the longest password": "p" * 255 + "\u0315" * 384 + "\u0300" * 384,
    "composed marks": filled("\u1f82", around=512),
    "Hangul jamo": filled("\u1112\u1161\u11ab", around=512),
    "letters that lower-case to two": filled("\u0130", around=512),
    "ligatures": filled("\ufdfa", around=512),
    "half-width": filled("\uff76\uff9e", around=512),
    "right to left": filled("\u05d0", around=512),
    "right to left at most a name": "\u05d0\u0661" * 25,
    "a name that mixes scripts at its end": "\u00e9" + "1" * 48 + "\u0430",
    "a name of fifty marks": "a" + "\u0315" * 25 + "\u0300" * 24,
    "Cyrillic look-alikes": "\u0430" * 50,
    "words": filled("a ", around=512),
    "digits and signs": filled("1!", around=512),
    "spaces": filled(" ", around=512),
    "wide spaces": filled("\u3000", around=512),
    "tokens": "fa_rt_" + filled("A", around=520),
    "a token's length": "fa_rt_" + "A" * 86,
    "device tokens": "fa_dev_" + filled("_", around=520),
    "NUL": "\0" * 2_600,
    "emoji": filled("\U0001f600", around=512),
}

VALUES: dict[str, bytes] = {
    "an unending string behind brackets": b"[" * 20 + b'\\"' * 8_180,
    "quotation marks behind brackets": b"[" * 20 + b'"' * 16_300,
    "quotation marks and backslashes": b"[" * 20 + b'"\\' * 8_180,
    "backslashes": b'["' + b"\\" * 16_380,
    "empty strings": b"[" * 20 + b'"",' * 5_400,
    "brackets": b"[" * MOST,
    "brackets in pairs": b"[" + b"[]," * 5_400 + b"0]",
    "pairs in pairs": b"[" + b"[[[[[[[]]]]]]]," * 1_080 + b"0]",
    "objects": b"[" + b"{}," * 5_400 + b"0]",
    "objects and an escape": b"[" + b"{}," * 5_400 + b'"\\u0061"]',
    "objects with a member": b"[" + b'{"":0},' * 2_300 + b"0]",
    "closing brackets": b"[" * 17 + b"]" * 16_300,
    "braces": b'{"a":' * 3_270,
    "zeros": b"[" + b"0," * 8_180 + b"0]",
    "digits": b"1" * MOST,
    "digits as many as Python reads": b"[" + b",".join([b"9" * 4_300] * 3) + b"]",
    "many long numbers": b"[" + b",".join([b"9" * 400] * 40) + b"]",
    "decimals": b"[1." + b"1" * 16_300 + b"]",
    "exponents": b"[" + b"1e-300," * 2_300 + b"0]",
    "decimals and exponents": b"[" + b",".join([b"7." + b"3" * 700 + b"e-307"] * 22) + b"]",
    "an exponent of digits": b"[1e" + b"9" * 16_300 + b"]",
    "minus signs": b"-" * MOST,
    "members": b"{" + b",".join(b'"%x":0' % n for n in range(2_000)) + b"}",
    "members of one name": b"{" + b",".join([b'"a":0'] * 2_700) + b"}",
    "escapes": b'["' + b"\\u0061" * 2_720 + b'"]',
    "escaped pairs": b'["' + b"\\ud83d\\ude00" * 1_360 + b'"]',
    "escaped halves": b'["' + b"\\ud83d" * 2_720 + b'"]',
    "half a character behind zeros": b"[" + b"0," * 8_170 + b'"\\ud800"]',
    "white space": b" " * MOST,
    "white space within": b"[" + b" " * 16_380 + b"]",
    "no UTF-8": b"\xff" * MOST,
    "strings": b"[" + b'"a",' * 4_090 + b"0]",
    "NUL": b"\0" * MOST,
    "NaN": b"[" + b"NaN," * 4_090 + b"0]",
    "true": b"[" + b"true," * 3_270 + b"0]",
}
"""Bodies for any route."""

HEADERS: dict[str, list[tuple[bytes, bytes]]] = {
    "headers": [(b"a", b"")] * 2_700,
    "hops": [(b"x-forwarded-for", b",".join([b"10.0.0.1"] * 1_800))],
    "hops of IPv6": [(b"x-forwarded-for", b",".join([b"::ffff:10.0.0.1"] * 1_000))],
    "hops in headers": [(b"x-forwarded-for", b"10.0.0.1")] * 580,
    "commas": [(b"x-forwarded-for", b"," * 16_000)],
    "a hop of colons": [(b"x-forwarded-for", b":" * 16_000 + b"x")],
    "a hop of dots and colons": [(b"x-forwarded-for", b".:" * 8_000 + b"%")],
    "a hop in quotations": [(b"x-forwarded-for", b'"' * 16_000)],
    "a hop without a name": [(b"x-forwarded-for", b"_" * 16_000 + b"%")],
    "no hop": [(b"x-forwarded-for", b"1" * 16_000)],
    "backslashes in a cookie": [(b"cookie", b'a="' + b"\\" * 16_000 + b'"')],
    "quotations in a cookie": [(b"cookie", b'a="' + b'\\"' * 8_000 + b'"')],
    "octal in a cookie": [(b"cookie", b'a="' + b"\\012" * 4_000 + b'"')],
    "cookies": [(b"cookie", b"a=b;" * 4_000)],
    "cookies without a name": [(b"cookie", b"a;" * 8_000)],
    "a scheme": [(b"authorization", b"B" * 16_000)],
    "spaces for a token": [(b"authorization", b"Bearer" + b" " * 16_000)],
    "dots for a token": [(b"authorization", b"Bearer " + b"." * 16_000)],
    "letters for a token": [(b"authorization", b"Bearer " + b"a" * 16_000)],
    "a token of letters": [(b"authorization", b"Bearer " + b"a" * 2_000 + b".a.a")],
    "a token of brackets": [(b"authorization", b"Bearer " + b"W1tb" * 500 + b".a.a")],
    "a token of digits": [(b"authorization", b"Bearer " + b"OTk5" * 500 + b".a.a")],
    "tokens": [(b"authorization", b"Bearer a.b.c")] * 500,
    "a browser's name": [(b"user-agent", b"a" * 16_000)],
    "an unprintable browser's name": [(b"user-agent", b"\x80" * 16_000)],
    "a request id": [(b"x-request-id", b"a" * 16_000)],
    "request ids": [(b"x-request-id", b"a")] * 900,
    "a content type": [(b"content-type", b"application/json;" + b" a=b;" * 3_200)],
    "a content type of quotations": [(b"content-type", b"application/json;a=" + b'\\"' * 8_000)],
    "a content type of slashes": [(b"content-type", b"application/" + b"/" * 16_000)],
    "accepted": [(b"accept", b"a/b;q=0," * 2_000)],
    "parents": [(b"traceparent", b"00-" * 5_000)],
    "a state": [(b"tracestate", b"a=b," * 4_000)],
    "ranges": [(b"range", b"bytes=" + b"0-," * 5_000)],
    "a host": [(b"host", b"a" * 16_000)],
}
"""Heads for any route."""

QUERIES: dict[str, bytes] = {
    "fields": b"a=&" * 5_400,
    "ampersands": b"&" * 16_000,
    "percent signs": b"%" * 16_000,
    "escaped": b"%41" * 5_400,
    "fields that are escaped": b"%ff=&" * 3_200,
    "plus signs": b"a=+&" * 4_000,
    "semicolons": b";" * 16_000,
}

PATHS: dict[str, str] = {
    "slashes": "/" * 16_000,
    "letters": "/" + "a" * 16_000,
    "a session of letters": "/sessions/" + "a" * 16_000,
    "a session of dashes": "/sessions/" + "-" * 16_000,
    "users": "/users/me" * 1_700,
    "dots": "/../" * 4_000,
    "halves of characters": "/" + "\udc80" * 5_000,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A request, and in a few words what is special about it."""

    name: str
    method: str
    path: str
    body: bytes = b""
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())


PLAIN = Attack(name="plain JSON", method="POST", path="/sessions", body=VALUES["zeros"])
"""A request that is refused for its shape, after a linear amount of work."""


def _part(every: Iterable[tuple[str, Item]], number: int, share: int) -> Iterator[tuple[str, Item]]:
    """Return each `share`-th item; another `number` has others."""
    return islice(every, number % share, None, share)


@dataclass(slots=True)
class Target:
    """The application over fakes, with an account whose access token is known."""

    app: FastAPI
    token: bytes

    @classmethod
    @asynccontextmanager
    async def made(cls) -> AsyncIterator["Target"]:
        """Build the application with everything on that reads what was sent, no limits and no log."""
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        logging.disable(logging.CRITICAL)
        try:
            yield await cls._logged_in()
        finally:
            logging.disable(logging.NOTSET)
            structlog.reset_defaults()

    @classmethod
    async def _logged_in(cls) -> "Target":
        settings = Settings(
            secret_key="the secret key of the tests, 32 bytes",  # type: ignore[arg-type]  # pydantic reads it
            password_blocklist=True,
            trusted_proxies="10.0.0.0/8,::1",  # type: ignore[arg-type]  # likewise
        )
        fakes = fakes_over(FakeStorage(), FakePasswordHasher())
        container = Container(settings=settings, **fakes)
        await container.rotate_keys()()
        target = cls(create_app(container), b"")
        credentials = {"username": "santosh", "password": "a long password"}
        for path, body in (
            ("/users/register", {**credentials, "fullname": "Santosh Kumar"}),
            ("/sessions", credentials),
        ):
            answer = await target.answer(
                Attack(name="", method="POST", path=path, body=json.dumps(body).encode())
            )
        target.token = json.loads(answer[1])["access_token"].encode()
        return target

    def attacks(self, *, share: int = 1) -> Iterator[Attack]:
        """Return attacks on every route of the OpenAPI document, and some on no route.

        Of a `share` above 1, each route gets this part of the attacks, and each attack is on this part of the
        routes. Twice as many are on the fields of a body, which routes read by code of their own.
        """
        schemas = self.app.openapi()["components"]["schemas"]
        operations = [
            (path, method, operation)
            for path, operations in self.app.openapi()["paths"].items()
            for method, operation in operations.items()
        ]
        for number, (path, method, operation) in enumerate(operations):
            route = {"method": method.upper(), "path": path.replace("{session_id}", "0" * 32)}
            named = f"{method.upper()} {path}"
            for name, headers in _part(HEADERS.items(), number, share):
                yield Attack(name=f"{named}, {name}", **route, headers=tuple(headers))
            for name, query in _part(QUERIES.items(), number, share):
                yield Attack(name=f"{named}, query of {name}", **route, query=query, headers=self.caller)
            if "requestBody" not in operation:
                continue
            (content,) = operation["requestBody"]["content"].values()
            alternatives = content["schema"].get("anyOf", [content["schema"]])
            named_schemas = [each.get("$ref", "").rpartition("/")[2] for each in alternatives]
            fields = [
                field
                for name, schema in zip(named_schemas, alternatives, strict=True)
                for field in schemas.get(name, schema).get("properties", ())
            ]
            bodies = (
                *_part(VALUES.items(), number, share),
                *(
                    (name, json.dumps(filled, ensure_ascii=False).encode())
                    for name, filled in _part(self._filled(fields), number, max(1, share // 2))
                ),
            )
            for name, value in bodies:
                yield Attack(name=f"{named}, {name}", **route, body=value, headers=self.caller)
        for name, path in PATHS.items():
            for method in ("GET", "DELETE"):
                yield Attack(name=f"{method} a path of {name}", method=method, path=path, headers=self.caller)

    @property
    def caller(self) -> tuple[tuple[bytes, bytes], ...]:
        """The header of the account's own."""
        return ((b"authorization", b"Bearer " + self.token),)

    @staticmethod
    def _filled(fields: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
        plain = dict.fromkeys(fields, "a good password")
        for name in fields:
            for text_name, text in TEXTS.items():
                yield f"{name} of {text_name}", {**plain, name: text}
        for text_name, text in TEXTS.items():
            yield f"all of {text_name}", dict.fromkeys(fields, text[: len(text) // len(fields)])

    async def cost(self, attack: Attack) -> float:
        """Return the milliseconds of processor that an attack costs."""
        began = time.thread_time()
        await self.answer(attack)
        return (time.thread_time() - began) * 1_000

    async def answer(self, attack: Attack) -> tuple[int, bytes]:
        """Send an attack as an ASGI server would; return the status and the body of the answer."""
        assert len(attack.body) <= MOST, attack.name
        headers = list(attack.headers)
        if not any(name == b"content-type" for name, _ in headers):
            headers.append((b"content-type", b"application/json"))
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": attack.body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await self.app(
            {
                "type": "http",
                "asgi": {"version": "3.0", "spec_version": "2.3"},
                "http_version": "1.1",
                "method": attack.method,
                "scheme": "http",
                "path": attack.path,
                "raw_path": attack.path.encode(errors="surrogateescape"),
                "root_path": "",
                "query_string": attack.query,
                "headers": headers,
                "client": ("10.0.0.1", 1),
                "server": ("127.0.0.1", 8000),
                "state": {},
            },
            receive,
            send,
        )
        return sent[0]["status"], sent[1]["body"]
