"""Which tokens a revocation concerns, and for how long."""

import pytest
from clients.python.tests.fakes import (
    FakeClock,
    FakeIssuerServer,
)

from fastauth_client import InvalidToken, Revoked, Verifier
from fastauth_client.revoked_tokens import Kind, Revocation, RevokedTokens


@pytest.fixture
def verifier(server: FakeIssuerServer, clock: FakeClock) -> Verifier:
    return Verifier(server.issuer.issuer, audience=server.issuer.audience, clock=clock)


class TestRevoked:
    @pytest.mark.parametrize("kind", ["sid", "sub", "client", "jti", "kid"])
    def test_tokens_are_refused(
        self, server: FakeIssuerServer, clock: FakeClock, verifier: Verifier, kind: Kind
    ) -> None:
        claims = server.issuer.claims()
        value = {"client": "fastauth", "kid": server.issuer.kid}.get(kind) or claims[kind]
        token = server.issuer.sign(claims)
        with verifier.trusting(server.issuer.jwks) as revoked:
            for other in {"sid", "sub", "client", "jti", "kid"} - {kind}:
                revoked.add([Revocation(other, value, clock.now, clock.now + 360)])  # type: ignore[arg-type]  # `other` is a str
            verifier.verify_sync(token)
            revoked.add([Revocation(kind, value, clock.now, clock.now + 360)])
            with pytest.raises(Revoked):
                verifier.verify_sync(token)

    @pytest.mark.parametrize("kind", ["sub", "client"])
    def test_of_a_user_or_a_client_concerns_earlier_tokens_alone(
        self, server: FakeIssuerServer, clock: FakeClock, verifier: Verifier, kind: Kind
    ) -> None:
        clock.now = at = int(clock.now) + 0.5
        value = "1" if kind == "sub" else "fastauth"
        with verifier.trusting(server.issuer.jwks) as revoked:
            revoked.add([Revocation(kind, value, at, at + 360)])
            for issued_at, refused in [(int(at) - 60, True), (int(at), True), (int(at) + 1, False)]:
                token = server.issuer.token("1", iat=issued_at)
                if refused:
                    with pytest.raises(Revoked):
                        verifier.verify_sync(token)
                else:
                    verifier.verify_sync(token)

    def test_applied_out_of_order_the_latest_counts(self, clock: FakeClock) -> None:
        entries = [Revocation("sub", "1", at, at + 360) for at in (clock.now, clock.now - 9, clock.now - 3)]
        orders = [entries, entries[::-1], entries * 3]
        for order in orders:
            revoked = RevokedTokens(clock)
            for each in order:
                revoked.add([each])
            assert len(revoked) == 1
            assert revoked.is_revoked("sub", "1", clock.now)
            assert not revoked.is_revoked("sub", "1", clock.now + 1)

    @pytest.mark.parametrize("skew", [-30, 0, 30])
    def test_stays_refused_until_the_token_has_expired_whatever_the_clock(
        self, server: FakeIssuerServer, clock: FakeClock, skew: int
    ) -> None:
        """An entry is deleted late enough for a clock that is wrong, and the largest leeway."""
        verifier = Verifier(server.issuer.issuer, audience=server.issuer.audience, leeway=30, clock=clock)
        claims = server.issuer.claims()
        token, at = server.issuer.sign(claims), clock.now
        with verifier.trusting(server.issuer.jwks) as revoked:
            for second in range(-25, 400, 5):
                clock.now = at + skew + second
                revoked.add([Revocation("sid", claims["sid"], at, at + 360)] if second <= 0 else [])
                with pytest.raises(InvalidToken):
                    pytest.fail(f"{second}: {verifier.verify_sync(token)!r}")

    def test_later_revocation_is_kept_longer_than_the_earlier_one(self, clock: FakeClock) -> None:
        revoked, first = RevokedTokens(clock), clock.now
        revoked.add([Revocation("sub", "1", first, first + 360)])
        revoked.add([Revocation("sub", "1", first + 300, first + 660)])
        clock.now = first + 500
        revoked.add([])
        assert revoked.is_revoked("sub", "1", first + 300)
        clock.now = first + 661
        revoked.add([])
        assert len(revoked) == 0

    def test_entries_are_deleted_when_they_are_over(self, clock: FakeClock) -> None:
        revoked = RevokedTokens(clock)
        for number in range(100):
            revoked.add([Revocation("sid", str(number), clock.now, clock.now + 60)])
            clock.now += 1
        assert 60 <= len(revoked) <= 62
