"""The answer to each error (RFC 6750, RFC 9470, RFC 9728)."""

import pytest

from fastauth_client import (
    Expired,
    FeedStale,
    InvalidToken,
    KeysUnavailable,
    MissingPermission,
    NoToken,
    Revoked,
    StepUpRequired,
    VerificationError,
    WrongAudience,
)
from fastauth_client.bearer import bearer_token
from fastauth_client.challenge import refusal_of

TOO_LITTLE = 'error_description="The access token does not grant this"'
TOO_WEAK = 'error_description="A stronger or a more recent authentication is required"'


class TestRefusal:
    @pytest.mark.parametrize(
        ("error", "status", "challenge"),
        [
            (NoToken(), 401, ""),
            *(
                (each, 401, f'error="invalid_token", error_description="{each}"')
                for each in (InvalidToken(), Expired(), Revoked(), WrongAudience())
            ),
            (
                MissingPermission({"orders:write", "orders:read"}),
                403,
                f'error="insufficient_scope", {TOO_LITTLE}, scope="orders:read orders:write"',
            ),
            (MissingPermission(), 403, f'error="insufficient_scope", {TOO_LITTLE}'),
            (
                StepUpRequired("aal2", 600),
                401,
                f'error="insufficient_user_authentication", {TOO_WEAK}, acr_values="aal2", max_age="600"',
            ),
            (StepUpRequired(), 401, f'error="insufficient_user_authentication", {TOO_WEAK}'),
        ],
    )
    def test_has_status_and_challenge(self, error: VerificationError, status: int, challenge: str) -> None:
        refusal = refusal_of(error)
        assert (refusal.status, refusal.headers) == (
            status,
            {"WWW-Authenticate": f"Bearer {challenge}".strip()},
        )

    @pytest.mark.parametrize("error", [KeysUnavailable(), FeedStale()])
    def test_without_a_decision_has_the_time_to_repeat_the_request(self, error: VerificationError) -> None:
        refusal = refusal_of(error)
        assert (refusal.status, refusal.headers) == (503, {"Retry-After": "1"})

    def test_refers_to_the_metadata(self) -> None:
        url = "https://api.example/.well-known/oauth-protected-resource"
        assert refusal_of(NoToken(), url).headers == {"WWW-Authenticate": f'Bearer resource_metadata="{url}"'}

    def test_quotes_what_an_acr_contains(self) -> None:
        challenge = refusal_of(StepUpRequired('a"b\\c')).headers["WWW-Authenticate"]
        assert 'acr_values="a\\"b\\\\c"' in challenge


class TestBearerToken:
    def test_scheme_has_any_case(self) -> None:
        for header in ("Bearer abc", "bearer abc", "BEARER  abc "):
            assert bearer_token(header) == "abc", header

    def test_other_scheme_is_no_token(self) -> None:
        for headers in ([], [None], [""], ["Basic abc"], ["Bearerabc"]):
            with pytest.raises(NoToken):
                bearer_token(*headers)

    def test_two_headers_are_refused(self) -> None:
        with pytest.raises(InvalidToken):
            bearer_token("Bearer a", "Bearer b")
