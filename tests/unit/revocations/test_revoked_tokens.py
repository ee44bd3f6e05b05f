"""The ids of revoked tokens in memory."""

from tests.fakes import FakeClock, FakeRevocationLog, FakeRevocationReader, FakeStorage

from fastauth.application.revocations.revoked_tokens import RevokedTokens
from fastauth.domain.revocations.revocation import MARGIN, Revocation, RevocationKind
from fastauth.domain.sessions.access_token import MAX_ACCESS_TOKEN_LIFETIME


class TestRevokedTokens:
    async def test_has_those_of_other_processes(self, clock: FakeClock) -> None:
        storage = FakeStorage()
        revoked = RevokedTokens(reader=FakeRevocationReader(storage), clock=clock)
        await FakeRevocationLog(storage).add(Revocation(clock.now(), RevocationKind.TOKEN, "one"))
        await FakeRevocationLog(storage).add(Revocation(clock.now(), RevocationKind.SESSION, "another"))
        assert "one" not in revoked
        await revoked.read()
        assert [each in revoked for each in ("one", "another")] == [True, False]
        clock.advance(MAX_ACCESS_TOKEN_LIFETIME + MARGIN)
        await revoked.read()
        assert "one" not in revoked

    async def test_own_one_outlasts_a_read_that_began_before(self, clock: FakeClock) -> None:
        revoked = RevokedTokens(reader=FakeRevocationReader(FakeStorage()), clock=clock)
        revoked.add("one")
        await revoked.read()
        assert "one" in revoked
        clock.advance(MAX_ACCESS_TOKEN_LIFETIME + MARGIN)
        await revoked.read()
        assert "one" not in revoked
