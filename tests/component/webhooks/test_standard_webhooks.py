"""Signatures are those of the specification."""

from datetime import UTC, datetime

from fastauth.adapters.standard_webhooks import StandardWebhookSigner


def test_vector_of_the_specification() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signature = StandardWebhookSigner().sign(
        [secret, secret],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=datetime.fromtimestamp(1_614_265_330, tz=UTC),
        body=b'{"test": 2432232314}',
    )
    assert signature == " ".join(2 * ["v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="])
