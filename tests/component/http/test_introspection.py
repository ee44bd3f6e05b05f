"""``/oauth/introspect`` and ``/oauth/revoke`` over fakes: who sees and ends which token."""

from dataclasses import dataclass, field

import httpx2
import pytest
from dependency_injector.providers import Object
from tests.builders import a_registration
from tests.fakes import FakeRevocationLog

from fastauth.application.clients.client_changes import CreatedClient
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.revocations.revocation import Revocation, RevocationKind
from fastauth.domain.roles.permissions import INTROSPECT_TOKENS
from fastauth.domain.roles.role import Role
from fastauth.entrypoints.container import Container

READ = "orders:read"
INACTIVE = {"active": False}


@dataclass
class World:
    """Three clients, a user with a session and an API key, and a token of each for each audience."""

    http: httpx2.AsyncClient
    container: Container
    clients: dict[str, CreatedClient] = field(default_factory=dict)
    user: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    key_id: str = ""

    def form(self, name: str) -> dict[str, str]:
        created = self.clients[name]
        return {"client_id": created.client.id, "client_secret": created.secret.text}

    async def introspect(self, caller: str, token: str) -> dict[str, object]:
        answer = await self.http.post("/oauth/introspect", data=self.form(caller) | {"token": token})
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        state: dict[str, object] = answer.json()
        return state

    async def revoke(self, caller: str, token: str) -> int:
        """Revoke as a client of this name, or as the public one of sessions."""
        form = {"client_id": "fastauth"} if caller == "public" else self.form(caller)
        answer = await self.http.post("/oauth/revoke", data=form | {"token": token})
        assert answer.content == b"" or answer.status_code != 200
        return answer.status_code

    async def active(self) -> set[str]:
        """Return the names of the tokens that can be used."""
        return {
            name for name, text in self.tokens.items() if (await self.introspect("warden", text))["active"]
        }


@pytest.fixture
async def world(client: httpx2.AsyncClient, container: Container) -> World:
    world = World(client, container, user=a_registration())
    create = container.create_client()
    world.clients["orders"] = await create(name="orders", permissions=[READ], audiences=[])
    orders = world.clients["orders"].client.id
    world.clients["stock"] = await create(name="stock", permissions=[READ], audiences=[orders])
    world.clients["warden"] = await create(name="warden", permissions=[INTROSPECT_TOKENS], audiences=[])
    await client.post("/users/register", json=world.user)
    container.roles().storage.roles["clerk"] = Role(name="clerk", permissions=frozenset({READ}))  # type: ignore[attr-defined]  # a fake
    await container.grant_role()(username=world.user["username"], role="clerk")
    session = (await client.post("/sessions", json=world.user)).json()
    caller = await container.authenticate()(access_token=session["access_token"])
    new = await container.create_api_key()(caller=caller, name="Backup", scopes=[READ])
    world.key_id = new.key.id
    world.tokens |= {"session": session["access_token"], "refresh": session["refresh_token"], "key": new.text}
    exchange = container.exchange_api_key()
    issue = container.issue_client_token()
    for name, audience in (("all", None), ("orders", orders)):
        of_key = await exchange(text=new.text, address="192.0.2.1", audience=audience)
        world.tokens[f"key for {name}"] = of_key.token.text
        stock = world.form("stock")
        of_client = await issue(
            client_id=stock["client_id"], secret=stock["client_secret"], address="", audience=audience
        )
        world.tokens[f"stock for {name}"] = of_client.access.text
    return world


class TestIntrospect:
    async def test_cross_client_matrix(self, world: World) -> None:
        """A client sees access tokens whose audience it is. All others look to it like invalid tokens."""
        sees = {
            "orders": {"key for orders", "stock for orders"},
            "stock": set(),
            "warden": set(world.tokens),
        }
        for caller, expected in sees.items():
            states = {name: await world.introspect(caller, text) for name, text in world.tokens.items()}
            assert {name for name, each in states.items() if each["active"]} == expected, caller
            assert all(each == INACTIVE for name, each in states.items() if name not in expected), caller

    async def test_each_kind_of_token_has_its_members(self, world: World) -> None:
        me = await world.http.get("/users/me", headers={"Authorization": f"Bearer {world.tokens['session']}"})
        subject = str(me.json()["id"])
        common = {"active", "client_id", "exp", "iat", "sub", "token_type"}
        of_jwt = common | {"aud", "iss", "jti", "scope"}
        table = {
            "session": (of_jwt | {"sid"}, "Bearer", subject, "fastauth"),
            "refresh": (common | {"sid"}, "refresh_token", subject, "fastauth"),
            "key": (common | {"sid", "scope"}, "api_key", subject, "fastauth"),
            "key for orders": (of_jwt | {"sid"}, "Bearer", subject, "fastauth"),
            "stock for all": (of_jwt, "Bearer", *[world.clients["stock"].client.id] * 2),
        }
        for name, (members, token_type, sub, client_id) in table.items():
            state = await world.introspect("warden", world.tokens[name])
            assert state.keys() == members, name
            assert (state["token_type"], state["sub"], state["client_id"]) == (token_type, sub, client_id), (
                name
            )
            assert state.get("scope", READ) == READ, name
        state = await world.introspect("warden", world.tokens["key for orders"])
        assert (state["sid"], state["aud"]) == (f"key:{world.key_id}", world.clients["orders"].client.id)

    async def test_unauthenticated_client_gets_no_state(self, world: World) -> None:
        token = {"token": world.tokens["session"]}
        wrong = world.form("warden") | {"client_secret": world.form("orders")["client_secret"]}
        for form in (token, token | wrong, token | {"client_id": "fastauth"}):
            answer = await world.http.post("/oauth/introspect", data=form)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        for name, status in (("session", 403), ("key for all", 403), ("key", 401), ("key for orders", 401)):
            headers = {"Authorization": f"Bearer {world.tokens[name]}"}
            answer = await world.http.post("/oauth/introspect", data=token, headers=headers)
            assert answer.status_code == status, name

    async def test_bearer_with_the_permission(self, world: World) -> None:
        form = world.form("warden")
        issued = await world.container.issue_client_token()(
            client_id=form["client_id"], secret=form["client_secret"], address=""
        )
        answer = await world.http.post(
            "/oauth/introspect",
            data={"token": world.tokens["key"], "token_type_hint": "access_token"},
            headers={"Authorization": f"Bearer {issued.access.text}"},
        )
        assert answer.json()["active"]

    async def test_nonsense_is_inactive(self, world: World) -> None:
        session = world.tokens["session"]
        for text in ("x", "a.b.c", session[:-1], session + "A", "a" * 8_000, "fa_rt_", "fa_key_", "é", "\0"):
            assert await world.introspect("warden", text) == INACTIVE, text[:20]
        answer = await world.http.post("/oauth/introspect", data=world.form("warden"))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    async def test_inactive_once_it_cannot_be_used(self, world: World) -> None:
        """Each step ends some of the tokens, and no other."""
        every = set(world.tokens)
        of_key = {"key", "key for all", "key for orders"}
        of_session = {"session", "refresh"}
        assert await world.active() == every
        refreshed = await world.http.post(
            "/sessions/refresh", json={"refresh_token": world.tokens["refresh"]}
        )
        assert await world.active() == every - {"refresh"}
        world.tokens["refresh"] = refreshed.json()["refresh_token"]
        await world.container.disable_user()(username=world.user["username"])
        assert await world.active() == every - of_key - of_session
        await world.container.enable_user()(username=world.user["username"])
        assert await world.active() == every - of_key - of_session | {"key"}
        await world.container.revoke_api_key()(id_=world.key_id)
        await world.container.change_client()(name="stock", disabled=True)
        assert await world.active() == set()

    async def test_scope_of_a_key_shrinks_with_its_owner(self, world: World) -> None:
        await world.container.revoke_role()(username=world.user["username"], role="clerk")
        assert (await world.introspect("warden", world.tokens["key"]))["scope"] == ""
        assert await world.introspect("warden", world.tokens["key for all"]) == INACTIVE
        assert await world.introspect("warden", world.tokens["session"]) == INACTIVE


class TestRevoke:
    async def test_cross_client_matrix(self, world: World) -> None:
        """A client ends its own access tokens. Those of another one stay, and the answer is the same."""
        every = set(world.tokens)
        for caller in ("orders", "warden", "stock"):
            for name, text in world.tokens.items():
                assert await world.revoke(caller, text) == 200, (caller, name)
            ended = {"stock for all", "stock for orders"} if caller == "stock" else set()
            assert await world.active() == every - ended, caller
        for text in ("x", "a.b.c", "fa_rt_x", "fa_key_x", "a" * 8_000):
            assert await world.revoke("public", text) == 200, text[:10]

    async def test_access_token_alone(self, world: World, container: Container) -> None:
        """The session goes on; this service refuses the token at once, and the revocation feed has it."""
        text = world.tokens["session"]
        state = await world.introspect("warden", text)
        for _ in range(2):
            assert await world.revoke("public", text) == 200
        assert await world.active() == set(world.tokens) - {"session"}
        answer = await world.http.get("/users/me", headers={"Authorization": f"Bearer {text}"})
        assert answer.status_code == 401
        revocations = container.revocation_log().storage.revocations  # type: ignore[attr-defined]  # a fake
        found = [each.value for each in revocations if each.kind is RevocationKind.TOKEN]
        assert found == [state["jti"]]

    async def test_refresh_token_ends_its_session(self, world: World, container: Container) -> None:
        assert await world.revoke("public", world.tokens["refresh"]) == 200
        assert await world.active() == set(world.tokens) - {"refresh", "session"}
        events = container.events().storage.events  # type: ignore[attr-defined]  # a fake
        assert events[-1].type is EventType.LOGGED_OUT

    async def test_api_key_ends_with_its_tokens(self, world: World) -> None:
        """Any client that finds a leaked key can end it."""
        assert await world.revoke("public", world.tokens["key"]) == 200
        assert await world.active() == {"session", "refresh", "stock for all", "stock for orders"}

    async def test_trouble_of_the_database_is_no_success(self, world: World, container: Container) -> None:
        """R38 (CVE-2020-15223 (fosite); CWE-390): 200 would mean that the token is revoked."""

        class Broken(FakeRevocationLog):
            async def add(self, revocation: Revocation) -> None:
                raise StorageUnavailable

        broken = Broken(container.revocation_log().storage)  # type: ignore[attr-defined]  # a fake
        container.revocation_log.override(Object(broken))
        container.revoke_token.reset()  # type: ignore[attr-defined]  # a singleton that has the former log
        for caller, name in (("public", "session"), ("stock", "stock for all")):
            form = {"client_id": "fastauth"} if caller == "public" else world.form(caller)
            answer = await world.http.post("/oauth/revoke", data=form | {"token": world.tokens[name]})
            assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable"), name
            assert answer.headers["retry-after"]
        assert await world.active() == set(world.tokens)

    async def test_client_must_authenticate(self, world: World) -> None:
        token = {"token": world.tokens["stock for all"]}
        for form in (token, token | {"client_id": world.form("stock")["client_id"]}):
            answer = await world.http.post("/oauth/revoke", data=form)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        both = token | {"client_id": "fastauth", "client_secret": "x"}
        assert (await world.http.post("/oauth/revoke", data=both)).status_code == 401
        answer = await world.http.post("/oauth/revoke", data={"client_id": "fastauth"})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        assert await world.active() == set(world.tokens)
