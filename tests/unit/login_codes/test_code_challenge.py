"""The challenge of PKCE."""

from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.login_codes.code_challenge import CodeChallenge

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""RFC 7636, appendix B."""
REFUSALS = {
    field: Violation(field, "not_allowed", detail)
    for field, detail in (
        ("code_challenge_method", "Must be S256."),
        ("code_challenge", "Must be the SHA-256 of the verifier in base64url, which has 43 characters."),
    )
}


class TestCodeChallenge:
    def test_is_that_of_the_standard(self) -> None:
        assert CodeChallenge.parse(CHALLENGE).is_of(VERIFIER)

    def test_is_of_no_other_verifier(self) -> None:
        challenge = CodeChallenge.parse(CHALLENGE)
        for verifier in (
            "",
            VERIFIER[:-1],
            VERIFIER + "A",
            VERIFIER.lower(),
            CHALLENGE,
            VERIFIER + "\n",
            "é" * 43,
        ):
            assert not challenge.is_of(verifier), verifier

    def test_verifier_has_43_to_128_characters(self) -> None:
        for length, accepted in ((42, False), (43, True), (128, True), (129, False)):
            verifier = "~" * length
            text = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
            assert CodeChallenge(text).is_of(verifier) == accepted, length

    def test_plain_and_other_texts_are_refused(self) -> None:
        for text, method, field in (
            (CHALLENGE, "plain", "code_challenge_method"),
            (CHALLENGE, "", "code_challenge_method"),
            (CHALLENGE, "s256", "code_challenge_method"),
            ("", "S256", "code_challenge"),
            (CHALLENGE + "=", "S256", "code_challenge"),
            (CHALLENGE[:-1], "S256", "code_challenge"),
            (CHALLENGE[:-1] + "+", "S256", "code_challenge"),
        ):
            with pytest.raises(InvalidInput) as refusal:
                CodeChallenge.parse(text, method=method)
            assert list(refusal.value.violations) == [REFUSALS[field]], (text, method)
