"""Measure whether a reset request takes longer if there is an account.

``python -m bench.reset_enumeration`` calls the application in this process, with the real adapter on SQLite
and with the relay that makes the mails; only the mail server is left out. The relay may still be at work when
the next request arrives, so the duration of that one is compared as well, by the class of the one before it.
The classes are interleaved in random order. The second row is a control (A/A test): the first class again.
See docs/internals/enumeration.md.
"""

import argparse
import asyncio
import json
import random
import secrets
import sys
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from itertools import count
from time import perf_counter_ns

from bench.enumeration import report
from bench.runs import BACKENDS, conditions, empty_database
from sqlalchemy import make_url
from tests.fakes import FakeMailTransport

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.user import NewUser
from fastauth.domain.accounts.username import Username
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.passwords.password import PasswordHash
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.outbox_relay import outbox_relay
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down, start_up

LIMITED_ACCOUNTS = 5
"""Accounts over the limit: each gets at most five mails in an hour, and every further request sends none."""
CLASSES = {
    "unknown address": "unknown",
    "unknown address, again (A/A)": "unknown",
    "pending address": "pending",
    "verified address": "verified",
    "verified address, disabled account": "disabled",
    "verified address, over the limit": "limited",
}
NETWORKS = count(1)
Ask = Callable[[str, str, dict[str, str] | None], Awaitable[tuple[int, float]]]


async def seed(container: Container, accounts: int) -> dict[str, list[str]]:
    """Return the addresses of each class; all but those over the limit are for one request each."""
    users, passwords = container.users(), container.passwords()
    addresses, now = container.email_addresses(), container.clock().now()
    hashed, full_name = PasswordHash("no hash"), FullName("Santosh Kumar")
    found = {"unknown": [f"{secrets.token_hex(8)}@example.com" for _ in range(2 * accounts)]}
    for group in ("pending", "verified", "disabled", "limited"):
        found[group] = []
        for _ in range(LIMITED_ACCOUNTS if group == "limited" else accounts):
            name = f"u-{secrets.token_hex(8)}"
            address = EmailAddress(f"{name}@example.com", f"{name}@example.com")
            user = await passwords.add_user(
                NewUser(username=Username(name, name), fullname=full_name), hashed
            )
            await addresses.add_pending(user.id, address, now=now)
            if group != "pending":
                await addresses.verify(user.id, address.key, now=now)
            if group == "disabled":
                await users.set_disabled(user.id, now)
            found[group].append(address.text)
    return found


def asking(container: Container) -> Ask:
    """Return a function that sends a request from another network, and returns status and microseconds."""
    app = create_app(container)
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
        "query_string": b"", "root_path": "", "server": ("127.0.0.1", 1),
        "headers": [(b"host", b"bench"), (b"content-type", b"application/json")],
    }  # fmt: skip

    async def ask(method: str, path: str, sent: dict[str, str] | None) -> tuple[int, float]:
        body, status = json.dumps(sent).encode() if sent else b"", 0
        client = (".".join(map(str, next(NETWORKS).to_bytes(4, "big"))), 1)

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, object]) -> None:
            nonlocal status
            status = int(str(message.get("status", status)))

        began = perf_counter_ns()
        request = {**scope, "method": method, "path": path, "raw_path": path.encode(), "client": client}
        await app(request, receive, send)  # type: ignore[arg-type]  # ASGI's own dicts
        return status, (perf_counter_ns() - began) / 1_000

    return ask


async def measure(
    database_url: str, *, number: int, warm_up: int
) -> tuple[list[list[float]], list[list[float]]]:
    """Return the durations of the requests of each class, and of the requests that follow them."""
    settings = Settings(database_url=make_url(database_url), rate_limits=True, mail_per_minute=100_000)
    container = Container(settings=settings, mail_transport=FakeMailTransport())
    await start_up(container)
    addresses, ask = await seed(container, number + warm_up), asking(container)
    order = [label for label in CLASSES for _ in range(number + warm_up)]
    random.shuffle(order)
    times: dict[str, list[float]] = {label: [] for label in CLASSES}
    following: dict[str, list[float]] = {label: [] for label in CLASSES}
    try:
        async with outbox_relay(container.deliver_outbox(), filled=container.outbox_filled()):
            for done, label in enumerate(order):
                group = CLASSES[label]
                left = addresses[group]
                body = {"identifier": random.choice(left) if group == "limited" else left.pop()}
                status, took = await ask("POST", "/password-resets", body)
                assert status == HTTPStatus.ACCEPTED, status
                times[label].append(took)
                if done:
                    following[order[done - 1]].append(took)
                if done % 100 == 0:
                    print(f"\r{done} of {len(order)}", end="", file=sys.stderr, flush=True)
    finally:
        print("\r", end="", file=sys.stderr)
        await shut_down(container)
    return [each[warm_up:] for each in times.values()], [each[warm_up:] for each in following.values()]


def main() -> None:
    """Measure, and print a table for the requests and one for those that follow."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--backend", choices=BACKENDS, default="sqlite")
    parser.add_argument("--number", type=int, default=2_000, help="requests of each class")
    parser.add_argument("--warm-up", type=int, default=50, help="requests of each class that are discarded")
    asked = parser.parse_args()
    print(conditions())
    with empty_database(asked.backend) as database_url:
        requests, following = asyncio.run(measure(database_url, number=asked.number, warm_up=asked.warm_up))
    for title, times in (
        ("the request", requests),
        ("the next request, by the class of this one", following),
    ):
        print(f"\n{title}\n")
        report(times, list(CLASSES))


if __name__ == "__main__":
    main()
