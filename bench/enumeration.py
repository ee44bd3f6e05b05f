"""Measure whether the duration of a failed log-in reveals if an account exists.

``python -m bench.enumeration in-process`` replaces the hash by a busy wait of one millisecond and
measures the rest of the request, including the real SQL adapter. ``python -m bench.enumeration
end-to-end`` measures a running service, including hash and HTTP. Both modes interleave the classes in
random order, discard a warm-up and compare each class with the first. The second row is a control
(A/A test): the first class again, where no difference exists. See docs/internals/enumeration.md.
"""

import argparse
import asyncio
import json
import math
import random
import secrets
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from statistics import fmean, stdev
from time import perf_counter_ns

from bench.runs import BACKENDS, OneConnection, conditions, empty_database
from sqlalchemy import make_url, update
from tests.harness.service import Service

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.passwords.ports import PasswordHasher
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down, start_up

ACCOUNTS = 50  # of each class, so that no single row, page or cache line decides the result
RIGHT, WRONG = "the right password", "the wrong password"
CROPS = (1.0, 0.99, 0.95, 0.90, 0.80, 0.50)
REFUSED = 401


@dataclass(frozen=True)
class Kind:
    """One class of failed log-ins."""

    label: str
    group: str
    password: str = WRONG


KINDS = [
    Kind("unknown name", "unknown"),
    Kind("unknown name, again (A/A)", "unknown"),
    Kind("wrong password", "known"),
    Kind("disabled, wrong password", "disabled"),
    Kind("disabled, right password", "disabled", RIGHT),
    Kind("no hash stored", "empty"),
    Kind("damaged hash stored", "damaged"),
    Kind("imported, bcrypt of cost 10", "imported"),
]
GROUPS = ["unknown", "known", "disabled", "empty", "damaged", "imported"]
IMPORTED = "$2b$10$" + "." * 53


class BusyHasher(PasswordHasher):
    """A hasher that uses one millisecond of processor time for every password."""

    def check_capacity(self) -> None:
        """Accept every request."""

    async def hash(self, password: Password) -> PasswordHash:
        """Return a hash that `verify_and_update` accepts."""
        return PasswordHash(f"busy {password.text}")

    async def verify_and_update(self, password: Password, stored: PasswordHash | None) -> PasswordHash:
        """Wait, then compare the password with the hash."""
        until = perf_counter_ns() + 1_000_000
        while perf_counter_ns() < until:
            pass
        if stored is None or stored.encoded != f"busy {password.text}":
            raise InvalidCredentials
        return stored

    def set_stored_kinds(self, examples: Iterable[PasswordHash]) -> None:
        """Ignore the kinds: every password takes the same time."""

    def parse_existing(self, encoded: str) -> PasswordHash:
        """Return the hash unchecked."""
        return PasswordHash(encoded)


Names = dict[str, list[str]]
Ask = Callable[[str, str], Awaitable[int]]


async def seed(container: Container, accounts: int = ACCOUNTS) -> Names:
    """Register the accounts of every class but the first, whose usernames stay unknown."""
    names = {group: [f"u-{secrets.token_hex(8)}" for _ in range(accounts)] for group in GROUPS}
    for group in GROUPS[1:]:
        for name in names[group]:
            register = container.register_user()
            await register(username=name, password=RIGHT, fullname="Santosh Kumar", address=None)
            if group == "disabled":
                await container.disable_user()(username=name)
    async with container.database().engine.begin() as connection:
        for group, stored in {
            "empty": "",
            "damaged": "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$",
            "imported": IMPORTED,
        }.items():
            chosen = user_info.c.username.in_(names[group])
            await connection.execute(update(user_info).where(chosen).values(password=stored))
    return names


async def measure(ask: Ask, names: Names, *, number: int, warm_up: int) -> list[list[float]]:
    """Return the durations of the failed log-ins of each class in microseconds, in order."""
    order = [kind for kind in range(len(KINDS)) for _ in range(number + warm_up)]
    random.shuffle(order)
    times: list[list[float]] = [[] for _ in KINDS]
    for count, number_of_kind in enumerate(order):
        kind = KINDS[number_of_kind]
        name = random.choice(names[kind.group])
        began = perf_counter_ns()
        status = await ask(name, kind.password)
        took = perf_counter_ns() - began
        assert status == REFUSED, status  # another status invalidates the measurement
        times[number_of_kind].append(took / 1_000)
        if count % 1_000 == 0:
            print(f"\r{count} of {len(order)}", end="", file=sys.stderr, flush=True)
    print("\r", end="", file=sys.stderr)
    return [each[warm_up:] for each in times]


async def in_process(
    database_url: str, *, number: int, warm_up: int, accounts: int = ACCOUNTS
) -> list[list[float]]:
    """Measure the ASGI application in this process, with `BusyHasher` and without a socket."""
    settings = Settings(database_url=make_url(database_url))
    container = Container(settings=settings, hasher=BusyHasher())
    await start_up(container)
    names = await seed(container, accounts)
    app = create_app(container)
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/sessions", "raw_path": b"/sessions", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"bench"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 1),
    }  # fmt: skip

    async def ask(name: str, password: str) -> int:
        body = json.dumps({"username": name, "password": password}).encode()
        status = 0

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, object]) -> None:
            nonlocal status
            status = int(str(message.get("status", status)))

        await app(dict(scope), receive, send)  # type: ignore[arg-type]  # ASGI's own dicts
        return status

    try:
        return await measure(ask, names, number=number, warm_up=warm_up)
    finally:
        await shut_down(container)


def end_to_end(database_url: str, *, number: int, warm_up: int) -> list[list[float]]:
    """Measure a service in a process of its own, with the default parameters of Argon2id."""
    defaults = Settings()
    hashing = {
        "FASTAUTH_ARGON2_MEMORY_KIB": str(defaults.argon2_memory_kib),
        "FASTAUTH_ARGON2_TIME_COST": str(defaults.argon2_time_cost),
    }

    async def seeded() -> Names:
        container = Container(settings=Settings(database_url=make_url(database_url)))
        await start_up(container)
        try:
            return await seed(container)
        finally:
            await shut_down(container)

    names = asyncio.run(seeded())
    with Service(database_url, **hashing) as service:
        connection = OneConnection(service.port)

        async def ask(name: str, password: str) -> int:
            status, _ = connection.ask("POST", "/sessions", {"username": name, "password": password})
            return status

        times = asyncio.run(measure(ask, names, number=number, warm_up=warm_up))
        connection.close()
    return times


def welch_t(one: Sequence[float], other: Sequence[float]) -> float:
    """Return Welch's t of two samples; dudect takes 4.5 and more as a difference."""
    error = stdev(one) ** 2 / len(one) + stdev(other) ** 2 / len(other)
    return (fmean(other) - fmean(one)) / math.sqrt(error)


def cropped(one: Sequence[float], other: Sequence[float], share: float) -> tuple[list[float], list[float]]:
    """Return both samples without values above the threshold that `share` of both together do not exceed."""
    both = sorted([*one, *other])
    threshold = both[min(len(both), math.ceil(len(both) * share)) - 1]
    return [each for each in one if each <= threshold], [each for each in other if each <= threshold]


def area_under_curve(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """Return the AUC (the probability that a value of `other` exceeds one of `one`) and Mann-Whitney's z."""
    labelled = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    groups = [[label for _, label in group] for _, group in groupby(labelled, key=lambda pair: pair[0])]
    ends = accumulate(len(group) for group in groups)
    ranks = sum((end - (len(group) - 1) / 2) * sum(group) for group, end in zip(groups, ends, strict=True))
    n, m = len(one), len(other)
    u = ranks - m * (m + 1) / 2
    return u / (n * m), (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)


def report(times: list[list[float]], labels: Sequence[str]) -> None:
    """Print a table that compares each class with the first."""
    first = times[0]
    crops = " | ".join(f"t {share:.0%}" for share in CROPS)
    print(f"| class | n | mean µs | median µs | SD µs | {crops} | AUC | MWU z | detectable, µs |")
    print("|" + "---|" * (8 + len(CROPS)))
    for label, each in zip(labels, times, strict=True):
        median = sorted(each)[len(each) // 2]
        cells = [label, str(len(each)), f"{fmean(each):.1f}", f"{median:.1f}", f"{stdev(each):.1f}"]
        if each is not first:
            cells += [f"{welch_t(*cropped(first, each, share)):+.2f}" for share in CROPS]
            area, z = area_under_curve(first, each)
            spread = math.sqrt((stdev(first) ** 2 + stdev(each) ** 2) / 2)
            cells += [f"{area:.4f}", f"{z:+.2f}", f"{4.5 * spread * math.sqrt(2 / len(each)):.1f}"]
        else:
            cells += [""] * (len(CROPS) + 3)
        print(f"| {' | '.join(cells)} |")


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("mode", choices=["in-process", "end-to-end"])
    parser.add_argument("--backend", choices=BACKENDS, default="sqlite")
    parser.add_argument("--number", type=int, help="failed log-ins of each class (20000, or 1000 end-to-end)")
    parser.add_argument(
        "--warm-up", type=int, default=100, help="failed log-ins of each class that are discarded"
    )
    asked = parser.parse_args()
    print(conditions())
    with empty_database(asked.backend) as database_url:
        if asked.mode == "in-process":
            number = asked.number or 20_000
            times = asyncio.run(in_process(database_url, number=number, warm_up=asked.warm_up))
        else:
            times = end_to_end(database_url, number=asked.number or 1_000, warm_up=asked.warm_up)
    print()
    report(times, [kind.label for kind in KINDS])


if __name__ == "__main__":
    main()
