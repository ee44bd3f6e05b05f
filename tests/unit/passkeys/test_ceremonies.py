"""Tokens of ceremonies: nothing is stored when they are issued, and each works once."""

import asyncio
from datetime import timedelta

import pytest
from tests.application import A_SECRET_KEY
from tests.fakes import FakeClock, FakeOneTimeTokenRepository, FakeStorage

from fastauth.adapters.jose import JoseSecretBox
from fastauth.application.passkeys.ceremonies import Ceremonies
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, Purpose
from fastauth.domain.secret_key import SecretKey

CREATE, GET = Purpose.PASSKEY_CREATE, Purpose.PASSKEY_GET
A_SESSION, ANOTHER = "a session", "another"
ANOTHER_KEY = SecretKey(b"another secret key of the tests, 32 bytes")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def storage(clock: FakeClock) -> FakeStorage:
    return FakeStorage(clock=clock)


def ceremonies_over(storage: FakeStorage, *keys: SecretKey) -> Ceremonies:
    return Ceremonies(
        box=JoseSecretBox(*keys),
        codec=OneTimeTokenCodec(*keys),
        tokens=FakeOneTimeTokenRepository(storage),
        clock=storage.clock,
    )


@pytest.fixture
def ceremonies(storage: FakeStorage) -> Ceremonies:
    return ceremonies_over(storage, A_SECRET_KEY)


class TestCeremonies:
    async def test_works_once(self, ceremonies: Ceremonies, storage: FakeStorage) -> None:
        begun = ceremonies.begin(GET, facts={"username": "ⓈantⓄsh"})
        assert storage.one_time_tokens == {}
        assert len(begun.challenge) == 32
        found = await ceremonies.finish(GET, begun.token)
        assert found
        assert (found.challenge, found.facts) == (begun.challenge, {"username": "ⓈantⓄsh"})
        assert await ceremonies.finish(GET, begun.token) is None

    async def test_of_32_in_parallel_one_wins(self, ceremonies: Ceremonies) -> None:
        token = ceremonies.begin(GET).token
        outcomes = await asyncio.gather(*(ceremonies.finish(GET, token) for _ in range(32)))
        assert len([each for each in outcomes if each]) == 1

    async def test_ends_on_time(self, ceremonies: Ceremonies, clock: FakeClock) -> None:
        token = ceremonies.begin(GET).token
        clock.advance(timedelta(minutes=5))
        assert await ceremonies.finish(GET, token) is None
        clock.advance(seconds=-1)
        assert await ceremonies.finish(GET, token)

    async def test_of_a_clock_that_was_set_back(self, ceremonies: Ceremonies, clock: FakeClock) -> None:
        """It may be of a clock that is ahead by the lifetime, and not by more."""
        clock.advance(timedelta(days=365))
        token = ceremonies.begin(GET).token
        clock.advance(-GET.lifetime - timedelta(microseconds=1))
        assert await ceremonies.finish(GET, token) is None
        clock.advance(microseconds=1)
        assert await ceremonies.finish(GET, token)

    async def test_of_a_session(self, ceremonies: Ceremonies) -> None:
        """Another session, and no session, cannot use it up either."""
        token = ceremonies.begin(GET, bound_to=A_SESSION).token
        assert await ceremonies.finish(GET, token) is None
        assert await ceremonies.finish(GET, token, bound_to=ANOTHER) is None
        assert await ceremonies.finish(GET, token, bound_to=A_SESSION)
        of_nobody = ceremonies.begin(GET).token
        assert await ceremonies.finish(GET, of_nobody, bound_to=A_SESSION) is None

    async def test_other_purpose(self, ceremonies: Ceremonies) -> None:
        token = ceremonies.begin(CREATE).token
        assert await ceremonies.finish(GET, token) is None
        assert await ceremonies.finish(GET, GET.prefix + token.removeprefix(CREATE.prefix)) is None
        assert await ceremonies.finish(CREATE, token)

    async def test_edits(self, ceremonies: Ceremonies) -> None:
        token = ceremonies.begin(GET).token
        edits = {token[:end] for end in range(len(token))} | {
            token + "A",
            token + "\n",
            " " + token,
            "é" + token,
        }
        for at in range(len(token)):
            edits |= {token[:at] + new + token[at + 1 :] for new in "A_.=é"}
        for edit in edits - {token}:
            assert await ceremonies.finish(GET, edit) is None, edit
        assert await ceremonies.finish(GET, token)

    async def test_token_has_its_prefix(self, ceremonies: Ceremonies) -> None:
        token = ceremonies.begin(GET).token
        assert await ceremonies.finish(GET, token.removeprefix(GET.prefix)) is None
        assert await ceremonies.finish(GET, token)

    async def test_longest_account_fits(self, ceremonies: Ceremonies) -> None:
        """Names of 50 code points and an address of 254, of any script."""
        facts = {"username": "\U00010400" * 50, "fullname": "\U0001f600" * 50, "email": "\u00e9" * 254}
        facts |= {"handle": "0" * 64, "locale": "de-AT"}
        found = await ceremonies.finish(CREATE, ceremonies.begin(CREATE, facts=facts).token)
        assert found
        assert found.facts == facts

    async def test_longest_token(self, ceremonies: Ceremonies) -> None:
        """It has 4096 characters."""
        tokens = {
            len(token): token
            for size in range(2_845, 2_855)
            if (token := ceremonies.begin(GET, facts={"fullname": "x" * size}).token)
        }
        longer = min(length for length in tokens if length > 4_096)
        assert await ceremonies.finish(GET, tokens[longer]) is None
        assert await ceremonies.finish(GET, tokens[4_096])

    async def test_secret_key_changes(self, storage: FakeStorage) -> None:
        """A token that was issued before works after, and once in all."""
        old = ceremonies_over(storage, ANOTHER_KEY)
        both = ceremonies_over(storage, A_SECRET_KEY, ANOTHER_KEY)
        new = ceremonies_over(storage, A_SECRET_KEY)
        token = old.begin(GET).token
        assert await new.finish(GET, token) is None
        assert await both.finish(GET, token)
        assert await old.finish(GET, token) is None
        token = both.begin(GET).token
        assert await new.finish(GET, token)
        assert await both.finish(GET, token) is None

    def test_repr_shows_no_token(self, ceremonies: Ceremonies) -> None:
        begun = ceremonies.begin(GET)
        assert begun.token not in repr(begun)
