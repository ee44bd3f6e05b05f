"""Second factors of the caller over HTTP."""

import httpx2
import pytest
from tests.fakes import FakeClock
from tests.http_helpers import TokenPair, assert_problem, bearer

from fastauth.adapters.pyotp import PyotpCodes
from fastauth.domain.second_factors.totp import step_of
from fastauth.domain.second_factors.totp_secret import TotpSecret

pytestmark = pytest.mark.usefixtures("ann")


class TestSecondFactors:
    async def test_enrol_confirm_and_remove(
        self, client: httpx2.AsyncClient, tokens: TokenPair, clock: FakeClock
    ) -> None:
        headers = bearer(tokens)
        nothing = {"totp": None, "recovery_codes_left": 0}
        assert (await client.get("/users/me/second-factors", headers=headers)).json() == nothing
        response = await client.post("/users/me/totp", headers=headers)
        new = response.json()
        assert (response.status_code, response.headers["cache-control"]) == (201, "no-store")
        assert new.keys() == {"secret", "uri", "qr_svg"}
        code = PyotpCodes().code_at(TotpSecret(new["secret"]), step_of(clock.now()))
        response = await client.post("/users/me/totp/confirm", json={"code": code}, headers=headers)
        assert (response.status_code, len(response.json()["recovery_codes"])) == (200, 10)
        now = clock.now().isoformat().replace("+00:00", "Z")
        found = (await client.get("/users/me/second-factors", headers=headers)).json()
        assert found == {"totp": {"confirmed_at": now, "locked": False}, "recovery_codes_left": 10}
        response = await client.post("/users/me/recovery-codes", headers=headers)
        assert (response.status_code, len(response.json()["recovery_codes"])) == (201, 10)
        assert (await client.delete("/users/me/totp", headers=headers)).status_code == 204
        assert (await client.get("/users/me/second-factors", headers=headers)).json() == nothing

    async def test_unknown_factors_and_wrong_codes_are_refused(
        self, client: httpx2.AsyncClient, tokens: TokenPair
    ) -> None:
        headers, path = bearer(tokens), "/users/me/totp/confirm"
        response = await client.post(path, json={"code": "123456"}, headers=headers)
        assert_problem(response, 404, "second_factor_not_found")
        response = await client.post("/users/me/recovery-codes", headers=headers)
        assert_problem(response, 404, "second_factor_not_found")
        await client.post("/users/me/totp", headers=headers)
        response = await client.post(path, json={"code": "12345"}, headers=headers)
        assert_problem(response, 422, "invalid_input")
        assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [
            ("/code", "wrong_code")
        ]
        assert "12345" not in response.text
