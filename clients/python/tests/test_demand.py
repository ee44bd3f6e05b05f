"""What a route may demand beyond a valid token."""

from typing import Any

import pytest
from clients.python.tests.fakes import FakeClock

from fastauth_client import Demand, MissingPermission, StepUpRequired, Verifier
from fastauth_client.testing import TestIssuer


def refuses(
    demand: Demand,
    *,
    clock: FakeClock | None = None,
    **claims: Any,  # noqa: ANN401  any claims
) -> Exception | None:
    """Return the error with which a demand refuses a token with these claims."""
    issuer = TestIssuer()
    verifier = Verifier(issuer.issuer, audience=issuer.audience, clock=clock)
    with verifier.trusting(issuer.jwks):
        try:
            verifier.verify_sync(issuer.token(**claims), demand=demand)
        except (MissingPermission, StepUpRequired) as error:
            return error
    return None


class TestPermissions:
    def test_all_are_needed(self) -> None:
        demand = Demand.of("orders:read", "orders:write")
        assert refuses(demand, permissions=["orders:read", "orders:write", "x:y"]) is None
        error = refuses(demand, permissions=["orders:read"])
        assert isinstance(error, MissingPermission)
        assert error.missing == ("orders:write",)

    def test_scope_decides_where_the_token_has_one(self) -> None:
        demand = Demand.of("orders:read")
        assert refuses(demand, scope="orders:read orders:write") is None
        assert isinstance(refuses(demand, scope="profile", permissions=["orders:read"]), MissingPermission)

    def test_scope_that_is_demanded_is_not_met_by_permissions(self) -> None:
        demand = Demand.of(scope="orders:read")
        assert isinstance(refuses(demand, permissions=["orders:read"]), MissingPermission)
        assert refuses(demand, scope="orders:read") is None


class TestRoles:
    def test_one_is_enough(self) -> None:
        demand = Demand.of(role=["clerk", "manager"])
        assert refuses(demand, roles=["manager"]) is None
        assert isinstance(refuses(demand, roles=["customer"]), MissingPermission)

    def test_text_is_one_role_and_not_its_letters(self) -> None:
        assert isinstance(refuses(Demand.of(role="clerk"), roles=["c"]), MissingPermission)


class TestActor:
    def test_can_be_demanded_or_excluded(self) -> None:
        for wanted, given, refused in [
            (None, True, False), (None, False, False),
            (True, True, False), (True, False, True),
            (False, True, True), (False, False, False),
        ]:  # fmt: skip
            claims: dict[str, Any] = {"act": {"sub": "9"}} if given else {}
            assert bool(refuses(Demand(actor=wanted), **claims)) == refused, (wanted, given)


class TestStepUp:
    def test_stronger_authentication_meets_a_weaker_demand(self) -> None:
        for demanded, given, refused in [
            ("aal2", "aal2", False), ("aal2", "aal3", False), ("aal2", "aal1", True), ("aal1", "aal1", False),
            ("aal2", "phr", False), ("phr", "phr", False), ("phr", "aal2", True), ("aal3", "phr", True),
            ("urn:x", "urn:x", False), ("urn:x", "aal3", True), ("aal2", "urn:x", True),
        ]:  # fmt: skip
            error = refuses(Demand.of(acr=demanded), acr=given)
            assert isinstance(error, StepUpRequired) == refused, (demanded, given)

    def test_authentication_grows_old(self, clock: FakeClock) -> None:
        before = int(clock.now)
        clock.now = before
        assert refuses(Demand.of(max_age=600), clock=clock, auth_time=before - 600) is None
        error = refuses(Demand.of(acr="aal1", max_age=600), clock=clock, auth_time=before - 601)
        assert isinstance(error, StepUpRequired)
        assert (error.acr, error.max_age) == ("aal1", 600)

    def test_authentication_in_the_future_is_recent_no_longer_than_a_past_one(self, clock: FakeClock) -> None:
        """The clock of the service was set back."""
        now = int(clock.now)
        clock.now = now
        assert refuses(Demand.of(max_age=600), clock=clock, auth_time=now + 600) is None
        assert isinstance(refuses(Demand.of(max_age=600), clock=clock, auth_time=now + 601), StepUpRequired)

    def test_token_without_a_time_of_authentication_is_refused(self) -> None:
        issuer = TestIssuer()
        claims = issuer.claims()
        del claims["auth_time"]
        with pytest.raises(StepUpRequired):
            issuer.verifier().verify_sync(issuer.sign(claims), demand=Demand.of(max_age=600))
