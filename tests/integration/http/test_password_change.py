"""Changes of a password over HTTP."""

from functools import partial

from tests.builders import a_registration
from tests.harness.local_service import LocalService
from tests.harness.service import Client, Service
from tests.harness.sessions import RACES, SHARED, a_user, is_active, logged_in, meanwhile


class TestPasswordChange:
    def test_ends_every_other_session(self, client: Client) -> None:
        user = a_user(client)
        asking, other, third = (logged_in(client, user) for _ in range(3))
        assert client.change_password(asking, user["password"], "another").status_code == 204
        assert [is_active(client, tokens) for tokens in (asking, other, third)] == [True, False, False]
        assert client.log_in(user).status_code == 401
        assert client.log_in(user, password="another").status_code == 201

    def test_wrong_password_changes_nothing(self, client: Client) -> None:
        user = a_user(client)
        asking, other = logged_in(client, user), logged_in(client, user)
        answer = client.change_password(asking, "wrong", "another")
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
        assert client.log_in(user, password="another").status_code == 401
        assert client.log_in(user).status_code == 201
        assert [is_active(client, tokens) for tokens in (asking, other)] == [True, True]

    def test_new_password_must_keep_the_rules(self, database_url: str) -> None:
        strict = {"FASTAUTH_PASSWORD_MIN_LENGTH": "8", "FASTAUTH_PASSWORD_BLOCKLIST": "true"}
        with LocalService(database_url, **SHARED, **strict) as service, service.client() as client:
            user = a_registration(password="zwei Tassen Tee")
            assert client.post("/users/register", json=user).status_code == 201
            asking, other = logged_in(client, user), logged_in(client, user)
            for new, code in {
                "": "empty",
                "short": "too_short",
                "p" * 257: "too_long",
                "password123": "breached_or_common",
                f"{user['username']}!": "contains_user_data",
            }.items():
                answer = client.change_password(asking, user["password"], new)
                assert answer.status_code == 422
                assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
                    ("/new_password", code)
                ]
            assert [is_active(client, tokens) for tokens in (asking, other)] == [True, True]

    def test_concurrent_logins_with_the_old_password_end(self, service: Service, client: Client) -> None:
        for _ in range(RACES):
            user = a_user(client)
            owner = logged_in(client, user)
            change = partial(client.change_password, owner, user["password"], "another")
            changed, came = meanwhile(change, service, user)
            assert changed.status_code == 204
            assert {each.status_code for each in came} <= {201, 401}
            for each in came:
                assert each.status_code == 401 or not is_active(client, each.json())
            assert is_active(client, owner)
