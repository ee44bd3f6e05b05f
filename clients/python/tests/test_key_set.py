"""Which keys of a JWK Set are used."""

import pytest

from fastauth_client.key_set import CURVES, read_key_set
from fastauth_client.testing import TestIssuer


class TestKeySet:
    @pytest.mark.parametrize(
        "change",
        [
            {"use": "enc"}, {"alg": "ES384"}, {"alg": "none"}, {"alg": "Ed25519"}, {"alg": None}, {"alg": []},
            {"kid": ""}, {"kid": None}, {"kid": "k" * 129}, {"kty": "oct"}, {"crv": "P-384"}, {"x": "AA"},
            {"y": None},
        ],
    )  # fmt: skip
    def test_leaves_out_a_key_that_cannot_be_used(self, change: dict[str, object]) -> None:
        good, other = TestIssuer(), TestIssuer()
        document = {"keys": [other.jwks["keys"][0] | change, *good.jwks["keys"]]}
        assert list(read_key_set(document, CURVES)) == [good.kid]

    def test_leaves_out_an_algorithm_that_is_not_wanted(self) -> None:
        with pytest.raises(ValueError, match="no key"):
            read_key_set(TestIssuer().jwks, ["Ed25519"])
