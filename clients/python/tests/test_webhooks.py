"""Messages are accepted if the sender signed them just now, and nothing else is."""

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from clients.python.tests.fakes import FakeClock
from standardwebhooks import Webhook

from fastauth_client.webhooks import InvalidWebhook, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + b64encode(bytes(32)).decode()
BODY = b'{"type":"user.disabled","timestamp":"2026-11-26T12:30:12.118374Z","data":{"subject":"2"}}'


@pytest.fixture
def clock() -> FakeClock:
    clock = FakeClock()
    clock.now = 1_614_265_330.0
    return clock


def signed(body: bytes = BODY, *, secret: str = SECRET, at: int = 1_614_265_330) -> dict[str, str]:
    """Return the headers that the library of the specification makes."""
    signature = Webhook(secret).sign("ev_1_2", datetime.fromtimestamp(at, tz=UTC), body.decode())
    return {"webhook-id": "ev_1_2", "webhook-timestamp": str(at), "webhook-signature": signature}


class TestVerify:
    def test_message(self, clock: FakeClock) -> None:
        message = verify(BODY, signed(), SECRET, clock=clock)
        assert (message.id, message.type, message.data) == ("ev_1_2", "user.disabled", {"subject": "2"})
        assert message.timestamp == datetime(2026, 11, 26, 12, 30, 12, 118374, tzinfo=UTC)

    def test_vector_of_the_specification(self, clock: FakeClock) -> None:
        """Its body has no type, so that only the signature can be right."""
        headers = {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        }
        with pytest.raises(InvalidWebhook, match="no message"):
            verify(b'{"test": 2432232314}', headers, SECRET, clock=clock)
        with pytest.raises(InvalidWebhook, match="No signature"):
            verify(b'{"test": 2432232315}', headers, SECRET, clock=clock)

    def test_headers_in_any_case(self, clock: FakeClock) -> None:
        headers = {name.title(): value for name, value in signed().items()}
        assert verify(BODY, headers, SECRET, clock=clock).id == "ev_1_2"

    def test_several_secrets_and_several_signatures(self, clock: FakeClock) -> None:
        assert verify(BODY, signed(secret=OTHER), [SECRET, OTHER], clock=clock)
        both = f"{signed(secret=OTHER)['webhook-signature']} {signed()['webhook-signature']} v1a,x nonsense"
        assert verify(BODY, {**signed(), "webhook-signature": both}, SECRET, clock=clock)

    def test_time(self, clock: FakeClock) -> None:
        for away, accepted in ((-300, True), (300, True), (-301, False), (301, False), (-(10**6), False)):
            headers = signed(at=1_614_265_330 + away)
            if accepted:
                assert verify(BODY, headers, SECRET, clock=clock)
            else:
                with pytest.raises(InvalidWebhook, match="too old"):
                    verify(BODY, headers, SECRET, clock=clock)

    def test_other_secret_other_body_other_id_other_time(self, clock: FakeClock) -> None:
        for body, headers in (
            (BODY, signed(secret=OTHER)),
            (BODY + b" ", signed()),
            (BODY, {**signed(), "webhook-id": "ev_1_3"}),
            (BODY, {**signed(), "webhook-timestamp": "1614265331"}),
        ):
            with pytest.raises(InvalidWebhook, match="No signature"):
                verify(body, headers, SECRET, clock=clock)

    def test_malformed(self, clock: FakeClock) -> None:
        """standardwebhooks 1.1.0 lets some of these out as ``ValueError`` or ``UnicodeDecodeError``."""
        good = signed()
        hostile = [
            "",
            " ",
            "v1",
            "v1,",
            "v1,x",
            "v1,ä",
            ",",
            "v1,=",
            "v2,AAAA",
            "v1,AAAA v1",
            "\x00",
            "x" * 99_999,
        ]
        cases = [{**good, name: value} for name in good for value in hostile]
        cases += [
            {**good, "webhook-timestamp": value} for value in ("nan", "1e9", "-1", "\u0661", "1614265330.0")
        ]
        cases += [{key: value for key, value in good.items() if key != name} for name in good]
        cases += [{**good, "Webhook-Id": "ev_2"}, {}]
        for headers in cases:
            with pytest.raises(InvalidWebhook):
                verify(BODY, headers, SECRET, clock=clock)
        for body in (b"\xff\xfe", b"", b"[]", b"x" * 100_000):
            with pytest.raises(InvalidWebhook):
                verify(body, good, SECRET, clock=clock)

    def test_signed_body_that_is_no_message(self, clock: FakeClock) -> None:
        message = json.loads(BODY)
        values: list[Any] = [None, 1, [], True, "2026-11-26T12:30:12"]
        bodies = [
            json.dumps({**message, name: value}).encode()
            for name in message
            for value in values
            if (name, value) != ("type", "2026-11-26T12:30:12")
        ]
        for body in (b"[]", b"null", b"\xff", b"{" * 60_000, b'{"type":"a","type":"b"}', *bodies):
            key = b"0" * 32
            mac = hmac.digest(key, b"ev_1_2.1614265330." + body, sha256)
            headers = {**signed(), "webhook-signature": f"v1,{b64encode(mac).decode()}"}
            with pytest.raises(InvalidWebhook, match="no message"):
                verify(body, headers, f"whsec_{b64encode(key).decode()}", clock=clock)

    def test_malformed_secret_is_the_mistake_of_the_caller(self) -> None:
        for secret in ("", "whsec_", "whsec_ä", "whsec_x"):
            with pytest.raises(ValueError, match="secret"):
                verify(BODY, signed(), secret)

    def test_no_secret_accepts_nothing(self, clock: FakeClock) -> None:
        with pytest.raises(InvalidWebhook):
            verify(BODY, signed(), [], clock=clock)

    def test_repr_shows_no_data(self, clock: FakeClock) -> None:
        assert "subject" not in repr(verify(BODY, signed(), SECRET, clock=clock))
