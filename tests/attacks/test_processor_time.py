"""What a request of 16 KiB may cost before it is refused.

The bound is a multiple of what plain JSON of the same size costs at the same moment, so that a slow or
busy machine moves both. An attack has to stay below it once: other processes only ever add.
"""

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest
from tests.attacks.costly_requests import MOST, PLAIN, TEXTS, Attack, Target
from tests.builders import PROFILE, a_policy
from tests.harness.editions import size

from fastauth.adapters.passwords.legacy_hashes import verifier_for
from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.username import Username
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.password import Password

MOST_TIMES = 5
"""As much as plain JSON. That takes about a millisecond; what is quadratic takes hundreds."""

ATTEMPTS = 5

SHARE = size(8, 1)
"""Of the attacks on each route. Nearly all that reads them is common to the routes."""

ENOUGH = 5
"""Attacks to name where the bound is broken; each may take seconds."""

READERS: dict[str, Callable[[str], object]] = {
    "username": lambda text: Username.parse(text, PROFILE),
    "known username": lambda text: Username.parse_existing(text, PROFILE),
    "full name": FullName.parse,
    "password": Password.parse,
    "own words": lambda text: a_policy(reject_user_attributes=True).check(
        "password", user_attributes=(text, text)
    ),
    "foreign hash": verifier_for,
    "Django hash": lambda text: verifier_for(f"pbkdf2_sha256${text}"),
}
"""What reads a text, also of a command or of an import, where nothing has bounded it before."""


@pytest.fixture(scope="module")
async def target() -> AsyncIterator[Target]:
    async with Target.made() as target:
        yield target


class TestProcessorTime:
    """Algorithmic complexity (CWE-407) and inefficient regular expressions (CWE-1333)."""

    async def test_linear_in_the_size_of_a_request(self, target: Target) -> None:
        """R42 (CVE-2025-6203, CVE-2025-59043, CVE-2024-7592; CWE-400): dear before it is refused."""
        self.plain = min([await target.cost(PLAIN) for _ in range(ATTEMPTS)])
        dear = []
        for attack in target.attacks(share=SHARE):
            if not await self.is_cheap(attack, target):
                dear.append(attack.name)
            if len(dear) == ENOUGH:
                break
        assert dear == []

    async def is_cheap(self, attack: Attack, target: Target) -> bool:
        for _ in range(ATTEMPTS):
            if await target.cost(attack) <= MOST_TIMES * self.plain:
                return True
            self.plain = await target.cost(PLAIN)
        return False

    async def test_every_route_with_a_body_is_measured(self, target: Target) -> None:
        attacks = list(target.attacks(share=SHARE))
        routes = {(attack.method, attack.path) for attack in attacks if attack.body}
        assert {("POST", "/users/register"), ("POST", "/sessions"), ("PUT", "/users/me/password")} <= routes
        assert all(len(attack.body) <= MOST for attack in attacks)

    def test_linear_in_the_length_of_a_text(self) -> None:
        dear = [
            (reader, name)
            for reader, read in READERS.items()
            for name, text in TEXTS.items()
            if not self.is_quick(read, text * 4)
        ]
        assert dear == []

    def is_quick(self, read: Callable[[str], object], text: str) -> bool:
        for _ in range(ATTEMPTS):
            if self.seconds(read, text) <= MOST_TIMES * self.seconds(json.loads, PLAIN.body.decode()):
                return True
        return False

    @staticmethod
    def seconds(read: Callable[[str], object], text: str) -> float:
        began = time.thread_time()
        with suppress(ValueError, InvalidInput):
            read(text)
        return time.thread_time() - began
