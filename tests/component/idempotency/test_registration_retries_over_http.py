"""A registration that is sent again over HTTP, because its answer was lost."""

from datetime import timedelta

import httpx2
import pytest
from tests.fakes import FakeClock, FakeStorage

from fastauth.domain.idempotency.key import IdempotencyKey

KEY = IdempotencyKey("8e03978e-40d5-43e8-bc93-6894a57f9324")
SENT = {"username": "Ann", "password": "ann's password", "fullname": "Ann Lee", "email": "ann@example.com"}


class TestHTTP:
    @pytest.fixture
    def body(self) -> dict[str, str]:
        return dict(SENT)

    async def test_response_is_the_same_byte_for_byte(
        self, client: httpx2.AsyncClient, body: dict[str, str], storage: FakeStorage, clock: FakeClock
    ) -> None:
        answers = []
        for header in (KEY.text, f'"{KEY.text}"'):
            answers.append(
                await client.post("/users/register", json=body, headers={"Idempotency-Key": header})
            )
            clock.advance(timedelta(hours=1))
        assert [(each.status_code, each.content) for each in answers] == [(201, answers[0].content)] * 2
        assert len(storage.users) == 1
        assert (await client.post("/users/register", json=body)).status_code == 409

    async def test_invalid_header(self, client: httpx2.AsyncClient, body: dict[str, str]) -> None:
        for headers in (
            [("Idempotency-Key", "short")],
            [("Idempotency-Key", KEY.text), ("Idempotency-Key", KEY.text)],
        ):
            answer = await client.post("/users/register", json=body, headers=headers)
            assert answer.status_code == 422
            (error,) = answer.json()["errors"]
            assert (error["pointer"], error["code"]) == ("/Idempotency-Key", "not_an_idempotency_key")
            assert "short" not in answer.text

    async def test_nothing_that_was_sent_is_stored_with_the_key(
        self, client: httpx2.AsyncClient, body: dict[str, str], storage: FakeStorage
    ) -> None:
        await client.post("/users/register", json=body, headers={"Idempotency-Key": KEY.text})
        ((digest, answered),) = storage.answered_requests.items()
        stored = digest + answered.fingerprint
        for value in (KEY.text, *body.values()):
            assert value.encode() not in stored
        assert answered.response is None
