"""What a token must say, and what the caller gets to know."""

from datetime import UTC, datetime

import pytest
from clients.python.tests.fakes import FakeClock

from fastauth_client import Actor, Expired, InvalidToken, Verifier, WrongAudience
from fastauth_client.testing import HOSTILE_TOKENS, TestIssuer


@pytest.fixture
def issuer() -> TestIssuer:
    return TestIssuer()


class TestValidToken:
    def test_caller_has_the_content_of_the_token(self, issuer: TestIssuer) -> None:
        claims = issuer.claims(
            "7", roles=["clerk"], permissions=["orders:read"], acr="aal2", scope="a b",
            act={"sub": "8", "act": {"sub": "9"}}, amr=["pwd", "otp"],
        )  # fmt: skip
        caller = issuer.verifier().verify_sync(issuer.sign(claims))
        assert (caller.subject, caller.session, caller.client) == ("7", claims["sid"], "fastauth")
        assert (caller.roles, caller.permissions) == (frozenset({"clerk"}), frozenset({"orders:read"}))
        assert (caller.scope, caller.acr, caller.amr) == (frozenset("ab"), "aal2", ("pwd", "otp"))
        assert caller.authenticated_at == datetime.fromtimestamp(claims["auth_time"], UTC)
        assert caller.expires_at == datetime.fromtimestamp(claims["exp"], UTC)
        assert caller.actor == Actor("8", Actor("9"))
        assert caller.claims == claims

    def test_of_a_service_without_roles_is_accepted(self, issuer: TestIssuer) -> None:
        """Such a token has today's claims: no roles, no permissions, no acr."""
        claims = issuer.claims()
        for name in ("roles", "permissions", "acr"):
            del claims[name]
        caller = issuer.verifier().verify_sync(issuer.sign(claims))
        assert (caller.roles, caller.permissions, caller.acr) == (frozenset(), frozenset(), "")

    def test_client_acts_for_itself(self, issuer: TestIssuer) -> None:
        claims = issuer.claims("fa_c_1", client_id="fa_c_1")
        del claims["sid"]
        caller = issuer.verifier().verify_sync(issuer.sign(claims))
        assert (caller.is_client, caller.session) == (True, None)
        assert not issuer.verifier().verify_sync(issuer.token()).is_client

    def test_may_be_for_several_audiences(self, issuer: TestIssuer) -> None:
        issuer.verifier().verify_sync(issuer.token(aud=["https://other.example", issuer.audience]))

    def test_caller_cannot_be_changed(self, issuer: TestIssuer) -> None:
        caller = issuer.verifier().verify_sync(issuer.token())
        with pytest.raises(TypeError):
            caller.claims["sub"] = "2"  # type: ignore[index]  # what must fail

    def test_repr_has_neither_token_nor_claims(self, issuer: TestIssuer) -> None:
        caller = issuer.verifier().verify_sync(issuer.token("7", email="a@example.com"))
        assert repr(caller) == f"Caller(subject='7', session={caller.session!r}, client='fastauth')"

    async def test_is_accepted_by_both_ways_alike(self, issuer: TestIssuer) -> None:
        verifier, token = issuer.verifier(), issuer.token()
        assert await verifier.verify(token) == verifier.verify_sync(token)


class TestHostileTokens:
    def test_are_refused(self, issuer: TestIssuer) -> None:
        verifier, accepted = issuer.verifier(), []
        with issuer.trusted_by(verifier):
            for hostile in HOSTILE_TOKENS:
                try:
                    verifier.verify_sync(hostile(issuer))
                except InvalidToken:
                    continue
                else:
                    accepted.append(hostile.name)
        assert accepted == []
        assert len({each.name for each in HOSTILE_TOKENS}) >= 30

    @pytest.mark.parametrize(
        ("claim", "values"),
        [
            ("iss", ["", None, 1]),
            ("aud", ["", None, [], [1], {"a": 1}]),
            ("iat", [None, "1", True, -1, 10**300, []]),
            ("exp", [None, True, 10**300, 1e18]),
            ("nbf", [None, "1", 10**300]),
            ("sub", [None, "", 1, ["1"]]),
            ("client_id", [None, "", 1]),
            ("jti", [None, "", 1]),
            ("sid", [None, "", 1]),
            ("roles", ["clerk", None, [1], {"clerk": 1}]),
            ("permissions", ["orders:read", None, [None]]),
            ("scope", [["a"], None, 1]),
            ("acr", [2, None]),
            ("amr", ["pwd", [1]]),
            ("auth_time", ["1", None, True]),
            ("act", ["8", {}, {"sub": 8}, {"sub": "8", "act": "9"}]),
        ],
    )
    def test_claims_of_a_wrong_type_are_refused(
        self, issuer: TestIssuer, claim: str, values: list[object]
    ) -> None:
        verifier = issuer.verifier()
        for value in values:
            token = issuer.sign(issuer.claims() | {claim: value})
            with pytest.raises(InvalidToken):
                pytest.fail(f"{claim}={value!r}: {verifier.verify_sync(token)!r}")

    def test_header_has_three_members_and_no_others(self, issuer: TestIssuer) -> None:
        """Even if the key of the issuer has signed it."""
        verifier, claims = issuer.verifier(), issuer.claims()
        headers = [issuer.header(**{name: "x"}) for name in ("jwk", "jku", "x5u", "cty", "alg", "kid", "typ")]
        headers += [
            {key: value for key, value in issuer.header().items() if key != name}
            for name in ("kid", "typ", "alg")
        ]
        headers += [issuer.header(kid=kid) for kid in ("", 1, None, ["a"], "k" * 129)]
        for header in headers:
            with pytest.raises(InvalidToken):
                pytest.fail(f"{header}: {verifier.verify_sync(issuer.sign(claims, header))!r}")

    def test_long_chain_of_actors_is_refused(self, issuer: TestIssuer) -> None:
        chain: dict[str, object] = {"sub": "a"}
        for _ in range(20):
            chain = {"sub": "a", "act": chain}
        with pytest.raises(InvalidToken):
            issuer.verifier().verify_sync(issuer.token(act=chain))

    def test_error_distinguishes_an_expired_token_from_another_audience(self, issuer: TestIssuer) -> None:
        verifier = issuer.verifier()
        with pytest.raises(Expired):
            verifier.verify_sync(issuer.token(expires_in=-60))
        with pytest.raises(WrongAudience):
            verifier.verify_sync(issuer.token(aud="https://other.example"))


class TestLeeway:
    """The clock of the service is wrong by up to 30 seconds."""

    @pytest.mark.parametrize("leeway", [0, 5, 30])
    def test_is_added_at_both_ends(self, issuer: TestIssuer, clock: FakeClock, leeway: int) -> None:
        verifier = Verifier(issuer.issuer, audience=issuer.audience, leeway=leeway, clock=clock)
        claims = issuer.claims()
        token = issuer.sign(claims)
        with verifier.trusting(issuer.jwks):
            for now, accepted in [
                (claims["iat"] - leeway - 1, False),
                (claims["iat"] - leeway, True),
                (claims["exp"] + leeway - 1, True),
                (claims["exp"] + leeway, False),
            ]:
                clock.now = now
                if accepted:
                    verifier.verify_sync(token)
                else:
                    with pytest.raises(InvalidToken):
                        verifier.verify_sync(token)


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "name"),
        [
            ({"issuer": "auth.example.com"}, "issuer"),
            ({"audience": ""}, "audience"),
            ({"audience": []}, "audience"),
            ({"leeway": 31}, "leeway"),
            ({"leeway": -1}, "leeway"),
            ({"algorithms": ["HS256"]}, "algorithms"),
            ({"algorithms": []}, "algorithms"),
        ],
    )
    def test_error_names_the_setting(self, settings: dict[str, object], name: str) -> None:
        given = {"issuer": "https://auth.example.com", "audience": "https://api.example.com"} | settings
        with pytest.raises(ValueError, match=f"^{name}: must "):
            Verifier(given.pop("issuer"), **given)  # type: ignore[arg-type]  # rows of the table differ
