"""What `AccessTokens` promise."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest
from tests.fakes import FakeClock

from fastauth.domain.accounts.user import UserId
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.sessions.access_token import AccessClaims, AnyClaims, ApiKeyClaims, ClientClaims
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.ports import AccessTokens
from fastauth.domain.sessions.session import SessionId

LIFETIME = timedelta(minutes=5)


class AccessTokensContract(ABC):
    @abstractmethod
    @pytest.fixture
    def access_tokens(self, clock: FakeClock) -> AccessTokens:
        """Tokens that are valid for five minutes."""

    @pytest.fixture
    def claims(self, clock: FakeClock) -> AccessClaims:
        return AccessClaims(user_id=UserId(7), session_id=SessionId("a" * 32), authenticated_at=clock.now())

    async def test_verifies_issued_token(self, access_tokens: AccessTokens, claims: AccessClaims) -> None:
        token = await access_tokens.issue(claims)
        assert token.expires_in == 300
        assert await access_tokens.verify(token.text) == claims

    @pytest.mark.parametrize(
        "of_a_machine",
        [
            ApiKeyClaims(user_id=UserId(7), key_id="a" * 16, permissions=("orders:read",)),
            ApiKeyClaims(user_id=UserId(7), key_id="a" * 16),
            ClientClaims(
                client_id=ClientId("fa_c_" + "a" * 20),
                permissions=("fastauth:a.b", "orders:read"),
                issued_at=datetime(2026, 11, 22, tzinfo=UTC),
            ),
        ],
    )
    async def test_token_of_a_machine_is_none_of_a_session(
        self, access_tokens: AccessTokens, claims: AccessClaims, of_a_machine: AnyClaims
    ) -> None:
        token = await access_tokens.issue(of_a_machine)
        assert await access_tokens.verify_any(token.text) == of_a_machine
        with pytest.raises(InvalidAccessToken):
            await access_tokens.verify(token.text)
        assert await access_tokens.verify_any((await access_tokens.issue(claims)).text) == claims

    async def test_repr_hides_token(self, access_tokens: AccessTokens, claims: AccessClaims) -> None:
        token = await access_tokens.issue(claims)
        assert token.text not in repr(token)

    async def test_tokens_are_unique(self, access_tokens: AccessTokens, claims: AccessClaims) -> None:
        one, two = await access_tokens.issue(claims), await access_tokens.issue(claims)
        assert one.text != two.text

    async def test_rejects_expired_token(
        self, access_tokens: AccessTokens, claims: AccessClaims, clock: FakeClock
    ) -> None:
        token = await access_tokens.issue(claims)
        clock.advance(LIFETIME - timedelta(microseconds=1))
        assert await access_tokens.verify(token.text) == claims
        clock.advance(microseconds=1)
        with pytest.raises(InvalidAccessToken):
            await access_tokens.verify(token.text)

    @pytest.mark.parametrize("text", ["", "x", "a.b.c", "é", "\0"])
    async def test_rejects_foreign_token(self, access_tokens: AccessTokens, text: str) -> None:
        with pytest.raises(InvalidAccessToken):
            await access_tokens.verify(text)
