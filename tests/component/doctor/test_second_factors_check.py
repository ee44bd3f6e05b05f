"""Check that each account that may administer the service has a second factor."""

import pytest
from tests.application import Application
from tests.factor_helpers import enrol_in

from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.entrypoints.doctor.finding import Level
from fastauth.entrypoints.doctor.second_factors import second_factors


class TestSecondFactorsCheck:
    @pytest.mark.parametrize(
        ("policy", "remedy"),
        [
            (SecondFactorPolicy.OPTIONAL, "FASTAUTH_SECOND_FACTOR=roles"),
            (SecondFactorPolicy.ROLES, "let them add one"),
        ],
    )
    async def test_administrator_without_one_is_a_warning(
        self, policy: SecondFactorPolicy, remedy: str
    ) -> None:
        app = Application(second_factor=policy)
        await app.a_user()
        (finding,) = await second_factors(app.container)
        assert finding.level is Level.OK
        await app.grant_role(username="santosh", role="admin")
        (finding,) = await second_factors(app.container)
        assert (finding.level, finding.remedy) == (Level.WARN, remedy)
        assert "santosh" in finding.observed
        await enrol_in(app, await app.a_log_in())
        (finding,) = await second_factors(app.container)
        assert finding.level is Level.OK
