"""Clients exchange their secret for tokens, which are refused once the client has lost what they grant."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import Application, RateLimitedApplication
from tests.fakes import FakeClientRepository
from tests.port_calls import with_calls

from fastauth.application.clients.client_changes import CreatedClient
from fastauth.application.clients.issue_client_token import ClientToken, IssueClientToken
from fastauth.application.revocations.revoked_tokens import REACH
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clients.client import LAST_USE_INTERVAL
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.clients.errors import InvalidClient
from fastauth.domain.errors import InvalidInput, StorageUnavailable, Violation
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.revocations.revocation import Revocation, TokenIdentity
from fastauth.domain.roles.permissions import READ_REVOCATIONS, WRITE_KEYS, WRITE_ROLES
from fastauth.domain.sessions.access_token import ClientClaims
from fastauth.domain.sessions.errors import InvalidAccessToken

SHOP = "https://shop.example"
NETWORK = "192.0.2.1"
READ, WRITE = "orders:read", "orders:write"


@pytest.fixture
async def created(app: Application) -> CreatedClient:
    return await app.container.create_client()(name="orders", permissions=[WRITE, READ], audiences=[SHOP])


async def token_of(
    app: Application, created: CreatedClient, *, scope: str | None = None, audience: str | None = None
) -> ClientToken:
    return await app.container.issue_client_token()(
        client_id=created.client.id,
        secret=created.secret.text,
        address=NETWORK,
        scope=scope,
        audience=audience,
    )


async def claims_of(app: Application, token: ClientToken) -> ClientClaims:
    claims = await app.container.access_tokens().verify_any(token.access.text)
    assert isinstance(claims, ClientClaims)
    return claims


class TestIssueClientToken:
    async def test_grants_what_is_asked_for(self, app: Application, created: CreatedClient) -> None:
        """Without a scope it is all that the client has; always in the order of the names."""
        for scope, permissions in (
            (None, (READ, WRITE)),
            (READ, (READ,)),
            (f"{WRITE} {READ}", (READ, WRITE)),
        ):
            token = await token_of(app, created, scope=scope)
            assert token.permissions == permissions
            claims = await claims_of(app, token)
            assert claims == ClientClaims(
                client_id=created.client.id, permissions=permissions, issued_at=app.clock.now()
            )
            assert claims.issued_at == app.clock.now()

    async def test_rejects_scopes(self, app: Application, created: CreatedClient) -> None:
        for scope in ("orders:remove", f"{READ} orders:remove", "", f"{READ}  {WRITE}", f"{READ}\t{WRITE}"):
            with pytest.raises(InvalidInput) as error:
                await token_of(app, created, scope=scope)
            assert list(error.value.violations) == [
                Violation("scope", "not_allowed", "Must be permissions that the client has.")
            ]

    async def test_token_has_the_time_of_the_request(self, app: Application, created: CreatedClient) -> None:
        issue, calls = with_calls(app.container.issue_client_token(), "access_tokens")
        await issue(client_id=created.client.id, secret=created.secret.text, address=NETWORK)
        ((name, _, more),) = calls.made
        assert (name, more) == ("issue", {"issued_at": app.clock.now()})

    async def test_audience_is_one_of_the_client_or_of_the_installation(
        self, app: Application, created: CreatedClient
    ) -> None:
        issue = app.container.issue_client_token()
        assert isinstance(issue, IssueClientToken)
        for audience in (SHOP, issue.audience):
            token = await token_of(app, created, audience=audience)
            assert (await claims_of(app, token)).audience == audience
        with pytest.raises(InvalidInput) as error:
            await token_of(app, created, audience="https://other.example")
        assert list(error.value.violations) == [
            Violation("audience", "not_allowed", "Must be an audience that the client has.")
        ]

    async def test_refusals_are_counted_for_the_network(self) -> None:
        app = RateLimitedApplication()
        created = await app.container.create_client()(name="orders")
        issue = app.container.issue_client_token()
        limits = app.rate_limiter.limits
        assert limits
        wrong = app.container.client_secrets().issue().text
        for _ in range(limits.refused_clients_per_network.attempts):
            with pytest.raises(InvalidClient):
                await issue(client_id=created.client.id, secret=wrong, address=NETWORK)
        with pytest.raises(TooManyRequests):
            await issue(client_id=created.client.id, secret=wrong, address=NETWORK)
        with pytest.raises(InvalidClient):
            await issue(client_id=created.client.id, secret=wrong, address="198.51.100.1")
        assert await token_of(app, created)


class TestPrincipalOfClient:
    async def test_has_what_token_and_client_have(self, app: Application, created: CreatedClient) -> None:
        all_, one = await token_of(app, created), await token_of(app, created, scope=READ)
        authenticate = app.container.authenticate_principal()
        for token, permissions in ((all_, {READ, WRITE}), (one, {READ})):
            assert await authenticate(access_token=token.access.text) == Principal(
                kind=PrincipalKind.CLIENT,
                permissions=frozenset(permissions),
                client_id=created.client.id,
            )

    async def test_is_looked_up_by_every_name_of_the_token(
        self, app: Application, created: CreatedClient
    ) -> None:
        """The subject of a client's token is the client itself (RFC 9068, section 2.2)."""
        token = await token_of(app, created)
        authenticate, calls = with_calls(app.container.authenticate_principal(), "revocations")
        await authenticate(access_token=token.access.text)
        identity = TokenIdentity(
            id="",
            subject=created.client.id,
            client_id=created.client.id,
            session_id=None,
            issued_at=app.clock.now(),
        )
        assert calls.made == [("is_revoked", (identity,), {"since": app.clock.now() - REACH})]

    async def test_ends_with_what_the_client_loses(self, app: Application, created: CreatedClient) -> None:
        """And a token of afterwards is accepted."""
        authenticate, container = app.container.authenticate_principal(), app.container
        ends: tuple[Callable[[], Awaitable[object]], ...] = (
            lambda: container.change_client()(name="orders", revoke=[WRITE]),
            lambda: container.change_client()(name="orders", disabled=True),
            lambda: container.remove_client()(name="orders"),
        )
        for end in ends:
            await container.change_client()(name="orders", disabled=False)
            token = await token_of(app, created)
            assert await authenticate(access_token=token.access.text)
            app.clock.advance(seconds=2)
            await end()
            with pytest.raises(InvalidAccessToken):
                await authenticate(access_token=token.access.text)
            app.clock.advance(seconds=2)

    async def test_of_a_disabled_client_is_refused_without_a_revocation(
        self, app: Application, created: CreatedClient
    ) -> None:
        token = await token_of(app, created)
        await app.container.change_client()(name="orders", disabled=True)
        app.storage.revocations.clear()
        with pytest.raises(InvalidAccessToken):
            await app.container.authenticate_principal()(access_token=token.access.text)


class TestChangesAreTimed:
    async def test_events_and_revocations_have_the_time_of_the_change(self, app: Application) -> None:
        root = await a_user_with(app, "root1", "admin")
        acting = await principal_of(app, root)
        container = app.container
        id_ = (await container.create_client()(name="orders", permissions=[READ, WRITE])).client.id
        change, change_by_admin = container.change_client(), container.change_client_by_admin()
        rotate = container.rotate_client_secret_by_admin()
        steps: tuple[tuple[Callable[[], Awaitable[object]], EventType, int], ...] = (
            (lambda: rotate(acting=acting, client_id=id_), EventType.CLIENT_SECRET_ROTATED, 0),
            (lambda: rotate(acting=acting, client_id=id_, at_once=True), EventType.CLIENT_SECRET_ROTATED, 2),
            (lambda: change(name="orders", revoke=[WRITE]), EventType.CLIENT_CHANGED, 2),
            (
                lambda: change_by_admin(acting=acting, client_id=id_, permissions=[]),
                EventType.CLIENT_CHANGED,
                2,
            ),
            (lambda: change(name="orders", disabled=True), EventType.CLIENT_DISABLED, 2),
            (
                lambda: change_by_admin(acting=acting, client_id=id_, disabled=False),
                EventType.CLIENT_ENABLED,
                0,
            ),
            (
                lambda: container.remove_client_by_admin()(acting=acting, client_id=id_),
                EventType.CLIENT_REMOVED,
                2,
            ),
        )
        for number, (step, type_, revocations) in enumerate(steps):
            app.clock.advance(seconds=1)
            app.storage.entries.clear()
            app.storage.revocations.clear()
            await step()
            now = app.clock.now()
            assert list(app.storage.events) == [Event(type=type_, occurred_at=now, detail=id_)], number
            assert app.storage.revocations == [Revocation.of_client(id_, at=now)] * revocations, number

    async def test_removal_by_command(self, app: Application, created: CreatedClient) -> None:
        app.storage.entries.clear()
        app.clock.advance(seconds=1)
        await app.container.remove_client()(name="orders")
        now, id_ = app.clock.now(), created.client.id
        removed = Event(type=EventType.CLIENT_REMOVED, occurred_at=now, detail=id_)
        assert list(app.storage.events) == [removed]
        assert app.storage.revocations == [Revocation.of_client(id_, at=now)] * 2


class TestAdministered:
    async def test_rotation_and_get_return_the_client(self, app: Application, created: CreatedClient) -> None:
        acting = await principal_of(app, await a_user_with(app, "root1", "admin"))
        rotated = await app.container.rotate_client_secret()(name="orders")
        assert rotated.client == created.client
        found = await app.container.get_client()(acting=acting, client_id=created.client.id)
        assert found == app.storage.clients[created.client.id]

    async def test_refused_secret_names_the_client(self, app: Application) -> None:
        acting = await principal_of(app, await a_user_with(app, "root1", "admin"))
        made = await app.container.create_client()(name="deployer", permissions=[WRITE_ROLES, WRITE_KEYS])
        with pytest.raises(InvalidInput) as error:
            await app.container.rotate_client_secret_by_admin()(acting=acting, client_id=made.client.id)
        detail = "Only a command of an operator makes a secret of a client with "
        assert list(error.value.violations) == [
            Violation("client_id", "operator_only", f"{detail}{WRITE_KEYS}, {WRITE_ROLES}.")
        ]


class ReadOnlyClients(FakeClientRepository):
    """Clients in a database that only reads."""

    touches = 0

    async def touch(self, client_id: ClientId, *, now: object) -> None:
        self.touches += 1
        raise StorageUnavailable


class TestLastUse:
    async def test_of_a_secret_is_stored_once_an_interval(self, app: Application) -> None:
        """Also while the database only reads: the secret is accepted all the same."""
        created = await app.container.create_client()(name="orders", permissions=[READ_REVOCATIONS])
        clients = ReadOnlyClients(app.storage)
        app.container.clients.override(clients)
        authenticate = app.container.authenticate_secret()
        for _ in range(3):
            assert await authenticate(secret=created.secret.text)
        assert clients.touches == 1

    async def test_is_the_time_of_the_last_stored_use(self, app: Application, created: CreatedClient) -> None:
        by_secret, by_id = app.container.authenticate_secret(), app.container.issue_client_token()
        acts: tuple[Callable[[], Awaitable[object]], ...] = (
            lambda: by_secret(secret=created.secret.text),
            lambda: by_id(client_id=created.client.id, secret=created.secret.text, address=NETWORK),
        )
        for act in acts:
            app.clock.advance(LAST_USE_INTERVAL)
            used_at = app.clock.now()
            await act()
            app.clock.advance(LAST_USE_INTERVAL - timedelta(microseconds=1))
            await act()
            assert app.storage.clients[created.client.id].client.last_used_at == used_at
            app.clock.advance(microseconds=1)
            await act()
            assert app.storage.clients[created.client.id].client.last_used_at == app.clock.now()
