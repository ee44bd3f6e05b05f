"""Answers of the revocation feed."""

import pytest

from fastauth_client.feed_answer import read_answer
from fastauth_client.revoked_tokens import Revocation


class TestAnswer:
    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ('"after": null', "after"),
            ('"after": "a b"', "after"),
            ('"after": ""', "after"),
            ('"more": 1', "more"),
            ('"waited": -1', "waited"),
            ('"waited": "1"', "waited"),
            ('"waited": 1e999', "waited"),
            ('"nonce": 1', "nonce"),
            ('"revocations": {}', "revocations"),
            ('"revocations": [1]', "revocations"),
            ('"revocations": [{"kind": 1}]', "revocations"),
            ('"revocations": [{"kind": "sid", "value": 1, "at": 1, "until": 2}]', "value"),
            ('"revocations": [{"kind": "sid", "value": "", "at": 1, "until": 2}]', "value"),
            ('"revocations": [{"kind": "sid", "value": "a", "at": "1", "until": 2}]', "at"),
            ('"revocations": [{"kind": "sid", "value": "a", "at": 1}]', "until"),
        ],
    )
    def test_error_names_the_member(self, change: str, named: str) -> None:
        members = ['"revocations": []', '"after": "c1"', '"more": false', '"waited": 0', '"nonce": "n"']
        name = change.partition(":")[0]
        body = ", ".join([each for each in members if not each.startswith(name)] + [change])
        with pytest.raises(ValueError, match=f"^{named}: "):
            read_answer(f"{{{body}}}".encode())

    def test_ignores_unknown_members(self) -> None:
        answer = read_answer(
            b'{"revocations": [{"kind": "new", "x": 1}, {"kind": "sid", "value": "a", "at": 1, "until": 2,'
            b' "y": 3}], "after": "c1", "more": false, "waited": 0.5, "z": null}'
        )
        assert answer.revocations == [Revocation("sid", "a", 1, 2)]
        assert answer.nonce is None
