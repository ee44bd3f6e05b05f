"""The header ``Idempotency-Key``, and what is stored of a request."""

import pytest
from tests.harness.tables import row

from fastauth.domain.errors import InvalidInput
from fastauth.domain.idempotency.key import IdempotencyKey, RepeatableRequests
from fastauth.domain.secret_key import SecretKey

UUID = "8e03978e-40d5-43e8-bc93-6894a57f9324"
OLD, NEW = (
    SecretKey(b"the secret key of last year, 32 bytes"),
    SecretKey(b"the secret key of this year, 32 b"),
)


class TestIdempotencyKey:
    def test_valid(self) -> None:
        """A string of structured fields (RFC 9651), and the bare text that most clients send, are one key."""
        for header in [UUID, f'"{UUID}"', "~" * 16, "!" * 64]:
            with row(header):
                assert IdempotencyKey.parse(header).text == header.strip('"')
                assert header not in repr(IdempotencyKey.parse(header))

    def test_invalid(self) -> None:
        for header in [
            "",
            '""',
            "a" * 15,
            "a" * 65,
            f'"{UUID}',
            f'{UUID}"',
            f"'{UUID} '",
            f"{UUID}\\",
            f"{UUID}é",
            f"{UUID}\n",
        ]:
            with row(header):
                with pytest.raises(InvalidInput) as caught:
                    IdempotencyKey.parse(header)
                (violation,) = caught.value.violations
                assert (violation.field, violation.code) == ("Idempotency-Key", "not_an_idempotency_key")


class TestRepeatableRequests:
    def test_digests_and_fingerprints(self) -> None:
        requests, key = RepeatableRequests(NEW), IdempotencyKey(UUID)
        request = requests.request(key, operation="register", payload={"a": "1", "b": None})
        assert request == requests.request(key, operation="register", payload={"b": None, "a": "1"})
        for other in (
            requests.request(IdempotencyKey("x" * 36), operation="register", payload={"a": "1", "b": None}),
            requests.request(key, operation="invite", payload={"a": "1", "b": None}),
            requests.request(key, operation="register", sender="user:1", payload={"a": "1", "b": None}),
        ):
            assert other.digest != request.digest
        changed = requests.request(key, operation="register", payload={"a": "2", "b": None})
        assert (changed.digest, changed.fingerprints) == (request.digest, changed.fingerprints)
        assert changed.fingerprints != request.fingerprints

    def test_digests_are_those_of_other_versions(self) -> None:
        """A request may be sent again to another version than the one that stored it."""
        request = RepeatableRequests(OLD).request(
            IdempotencyKey(UUID), operation="register", payload={"a": "1"}
        )
        assert [each.hex() for each in (*request.digests, *request.fingerprints)] == [
            "72bd6fb0d9c9256c47661c1e1a5763e8ab35f5a503078ebc37740ebcbb6072b1",
            "1c9ab0fb13d77d16b5439b45ee412201a43b0bfc3a2c4cbbae61d3d89bd1df5a",
        ]

    def test_known_after_a_change_of_the_secret_key(self) -> None:
        before = RepeatableRequests(OLD).request(IdempotencyKey(UUID), operation="a", payload={})
        after = RepeatableRequests(NEW, OLD).request(IdempotencyKey(UUID), operation="a", payload={})
        assert before.digest in after.digests
        assert before.digest != after.digest
        assert before.fingerprints[0] in after.fingerprints
