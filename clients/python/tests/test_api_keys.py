"""API keys that a service accepts itself."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from clients.python.tests.fakes import FakeClock

from fastauth.domain.api_keys.key_text import ApiKeyCodec
from fastauth.domain.secret_key import SecretKey
from fastauth_client import InvalidToken, Verifier
from fastauth_client.api_keys import KEPT_SECONDS, ApiKeys, IntrospectionUnavailable
from fastauth_client.client_credentials import TokenRefused
from fastauth_client.revoked_tokens import Revocation
from fastauth_client.testing import TestIssuer

ISSUER = "https://auth.example.com"
ID, SECRET = "fa_c_test", "fa_cs_a secret+of:the tests"
KEY = ApiKeyCodec(SecretKey(b"a secret key of the tests, 32 bytes")).issue()


def active(clock: FakeClock, **changes: object) -> httpx2.Response:
    answer = {
        "active": True,
        "token_type": "api_key",
        "scope": "orders:read",
        "client_id": "fastauth",
        "sub": "17",
        "sid": f"key:{KEY.id}",
        "iat": int(clock.time()) - 3600,
        "exp": int(clock.time()) + 3600,
    }
    return httpx2.Response(200, json=answer | changes)


class Issuer:
    """Answers with the given response, and counts."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.requests: list[httpx2.Request] = []
        self.answer: httpx2.Response | Exception = active(self.clock)

    def api_keys(self, **options: Any) -> ApiKeys:  # noqa: ANN401  those of the class
        transport = httpx2.MockTransport(self._answer)
        return ApiKeys(ISSUER, ID, SECRET, transport=transport, clock=self.clock, **options)

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        await asyncio.sleep(0)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class TestCaller:
    async def test_is_the_owner_with_the_permissions_of_the_key(self) -> None:
        issuer = Issuer()
        caller = await issuer.api_keys().caller(KEY.text)
        assert (caller.subject, caller.session) == ("17", f"key:{KEY.id}")
        assert caller.granted == {"orders:read"}
        (request,) = issuer.requests
        assert (str(request.url), parse_qs(request.content.decode())) == (
            f"{ISSUER}/oauth/introspect",
            {"token": [KEY.text]},
        )
        assert request.headers["authorization"].startswith("Basic ")

    async def test_text_without_a_checksum_causes_no_request(self) -> None:
        issuer = Issuer()
        for text in ("", "fa_key_", KEY.text[:-1], KEY.text + "x", KEY.text[:-1] + "!", "a.b.c", "é" * 73):
            with pytest.raises(InvalidToken):
                await issuer.api_keys().caller(text)
        assert issuer.requests == []

    async def test_other_tokens_are_no_keys(self) -> None:
        """A refresh token or an access token that is active is none."""
        for changes in ({"token_type": "refresh_token"}, {"token_type": "Bearer"}, {"active": False}):
            issuer = Issuer()
            issuer.answer = active(issuer.clock, **changes)
            with pytest.raises(InvalidToken):
                await issuer.api_keys().caller(KEY.text)

    async def test_malformed_answer_is_no_refusal(self) -> None:
        issuer = Issuer()
        for answer in (
            httpx2.ConnectError("x"),
            httpx2.Response(503),
            httpx2.Response(200, content=b"x"),
            httpx2.Response(200, json={}),
            active(issuer.clock, exp="never"),
        ):
            issuer.answer = answer
            with pytest.raises(IntrospectionUnavailable):
                await issuer.api_keys().caller(KEY.text)
        for status in (401, 403):
            issuer.answer = httpx2.Response(status)
            with pytest.raises(TokenRefused):
                await issuer.api_keys().caller(KEY.text)

    def test_secret_is_not_shown(self) -> None:
        assert SECRET not in repr(Issuer().api_keys())


class TestCache:
    async def test_answer_is_used_for_a_minute(self) -> None:
        for change, error in (({}, None), ({"active": False}, InvalidToken)):
            issuer = Issuer()
            issuer.answer, keys = active(issuer.clock, **change), issuer.api_keys()
            for seconds, asked in ((0.0, 1), (KEPT_SECONDS - 1, 1), (1.0, 2)):
                issuer.clock.now += seconds
                if error is None:
                    await keys.caller(KEY.text)
                else:
                    with pytest.raises(error):
                        await keys.caller(KEY.text)
                assert len(issuer.requests) == asked, (change, seconds)

    async def test_failure_is_not_kept(self) -> None:
        issuer = Issuer()
        good, issuer.answer, keys = issuer.answer, httpx2.Response(503), issuer.api_keys()
        with pytest.raises(IntrospectionUnavailable):
            await keys.caller(KEY.text)
        issuer.answer = good
        assert await keys.caller(KEY.text)

    async def test_concurrent_calls_share_a_request(self) -> None:
        issuer = Issuer()
        keys = issuer.api_keys()
        await asyncio.gather(*(keys.caller(KEY.text) for _ in range(64)))
        assert len(issuer.requests) == 1

    async def test_ends_with_the_key(self) -> None:
        issuer = Issuer()
        issuer.answer, keys = active(issuer.clock, exp=int(issuer.clock.time()) + 2), issuer.api_keys()
        await keys.caller(KEY.text)
        issuer.clock.now += 2
        await keys.caller(KEY.text)
        assert len(issuer.requests) == 2

    async def test_feed_ends_it(self) -> None:
        """A revoked key, and whatever happens to its owner; nothing that happens to others."""
        for kind, value, asked in (
            ("sid", f"key:{KEY.id}", 2),
            ("sub", "17", 2),
            ("sub", "18", 1),
            ("sid", "key:0000000000000000", 1),
        ):
            issuer = Issuer()
            verifier = Verifier(ISSUER, audience=ISSUER, clock=issuer.clock)
            with verifier.trusting(TestIssuer().jwks) as revoked:
                keys = issuer.api_keys(verifier=verifier)
                await keys.caller(KEY.text)
                now = issuer.clock.time()
                revoked.add([Revocation(kind, value, now, now + 360)])  # type: ignore[arg-type]  # one of the table
                issuer.answer = active(issuer.clock, active=False)
                if asked == 1:
                    assert await keys.caller(KEY.text), (kind, value)
                else:
                    with pytest.raises(InvalidToken):
                        await keys.caller(KEY.text)
            assert len(issuer.requests) == asked, (kind, value)
