"""Clients authenticate by secrets that are stored as digests and can be rotated."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.application import A_SECRET_KEY, Application
from tests.contracts.clients.client_repository import ClientRepositoryContract
from tests.fakes import FakeClientRepository, FakeStorage

from fastauth.application.clients.client_changes import CreatedClient
from fastauth.domain.audit.event import EventType
from fastauth.domain.clients.client import (
    MAX_PERMISSIONS_BYTES,
    Client,
    parse_audiences,
    parse_client_name,
    parse_client_permissions,
)
from fastauth.domain.clients.errors import ClientExists, ClientNotFound, InvalidClient
from fastauth.domain.clients.registered_client import ClientSecret
from fastauth.domain.clients.secret import ClientSecretCodec
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.revocations.revocation import RevocationKind
from fastauth.domain.roles.permissions import READ_REVOCATIONS
from fastauth.domain.secret_key import SecretKey

SHOP = "https://shop.example"
ANOTHER_SECRET_KEY = SecretKey(b"another secret key of the tests, 32 bytes")
SERVICE_KEY = "fa_sk_" + "k" * 43
"""A key of a service, from before there were clients."""


class TestFakeClientRepository(ClientRepositoryContract):
    @pytest.fixture
    def clients(self) -> FakeClientRepository:
        return FakeClientRepository(FakeStorage())


class TestClientSecretCodec:
    def test_secret_is_found_under_each_secret_key(self) -> None:
        old, both = ClientSecretCodec(A_SECRET_KEY), ClientSecretCodec(ANOTHER_SECRET_KEY, A_SECRET_KEY)
        secret = old.issue()
        assert both.digests(secret.text)[1:] == (secret.digest,)
        assert secret.digest not in ClientSecretCodec(ANOTHER_SECRET_KEY).digests(secret.text)

    def test_other_texts_have_no_digest(self) -> None:
        codec = ClientSecretCodec(A_SECRET_KEY)
        text = codec.issue().text
        for other in ("", text[:-1], text + "a", text[6:], f" {text}", text[:-1] + "\n", "fa_rt_" + text[6:]):
            assert codec.digests(other) == (), other

    def test_digest_of_a_service_key_is_that_of_before(self) -> None:
        """The key that was stored under this digest before there were clients is still accepted."""
        (digest,) = ClientSecretCodec(SecretKey(b"0" * 32)).digests(SERVICE_KEY)
        assert digest.hex() == "21fca5e22a536cbba2866430a694a37a0f151415ce48616ba198643fb6eb9cdf"

    def test_repr_hides_the_secret(self) -> None:
        secret = ClientSecretCodec(A_SECRET_KEY).issue()
        assert secret.text not in repr(secret)
        assert repr(secret.digest) not in repr(secret)


class TestValues:
    def test_rejects_names(self) -> None:
        for name in ("", "Orders", "a b", "0a", "a" * 41, "a\n", "é"):
            with pytest.raises(InvalidInput) as refused:
                parse_client_name(name)
            detail = "Use 1 to 40 of a-z, 0-9, _, . and -."
            assert list(refused.value.violations) == [Violation("name", "not_allowed", detail)]
        assert parse_client_name("a" * 40) == "a" * 40

    def test_rejects_permissions(self) -> None:
        long = [f"{letter * 30}:read" for letter in "abcdefghijklmnopqrstuvwxyz"]
        form = ("not_allowed", "Each must be a permission, such as orders:read.")
        for permissions, rule in (
            (["orders"], form),
            (["orders:read "], form),
            (
                ["fastauth:unknown"],
                ("not_allowed", "The service itself has no permission 'fastauth:unknown'."),
            ),
            (long, ("too_long", "Must have at most 600 characters together.")),
            ([f"a{n}:b" for n in range(65)], ("too_long", "Must have at most 64 permissions.")),
        ):
            with pytest.raises(InvalidInput) as refused:
                parse_client_permissions(permissions)
            assert list(refused.value.violations) == [Violation("permissions", *rule)]
        fits = [f"{'a' * 40}:{number:040}" for number in range(7)]
        fits = [each.replace(":0", ":a") for each in fits]
        last = f"b:{'b' * (MAX_PERMISSIONS_BYTES - len(' '.join(fits)) - 3)}"
        assert len(" ".join([*fits, last])) == MAX_PERMISSIONS_BYTES
        assert parse_client_permissions([*fits, last]) == {*fits, last}
        with pytest.raises(InvalidInput):
            parse_client_permissions([*fits, last + "b"])
        assert len(" ".join(long[:16])) <= MAX_PERMISSIONS_BYTES
        assert parse_client_permissions(long[:16]) == set(long[:16])

    def test_rejects_audiences(self) -> None:
        form = ("not_allowed", "Each must be 1 to 200 characters of printable ASCII without spaces.")
        for audiences, rule in (
            *(([text], form) for text in ("", "a b", "é", "a" * 201)),
            (list("abcdefghi"), ("too_long", "Must be at most 8 audiences.")),
        ):
            with pytest.raises(InvalidInput) as refused:
                parse_audiences(audiences)
            assert list(refused.value.violations) == [Violation("audiences", *rule)]
        assert parse_audiences("hgfedcbaa") == tuple("abcdefgh")

    def test_change_of_nothing_leaves_it_disabled(self) -> None:
        now = datetime(2026, 1, 2, tzinfo=UTC)
        client = Client.new("orders", permissions=["a:b"], audiences=["x"], now=now)
        assert client == Client(
            id=client.id,
            name="orders",
            permissions=frozenset({"a:b"}),
            audiences=("x",),
            created_at=now,
            created_by=None,
            disabled_at=None,
        )
        disabled, later = replace(client, disabled_at=now), now + timedelta(days=1)
        for before, change, after in (
            (client, None, client),
            (client, False, client),
            (client, True, replace(client, disabled_at=later)),
            (disabled, None, disabled),
            (disabled, True, disabled),
            (disabled, False, client),
        ):
            assert before.with_disabled(change, now=later) == after, (before.disabled_at, change)


class TestCommands:
    """What operators do to clients."""

    async def created(self, app: Application) -> CreatedClient:
        return await app.container.create_client()(
            name="orders", permissions=["orders:read", READ_REVOCATIONS]
        )

    async def test_name_is_unique(self, app: Application) -> None:
        await self.created(app)
        with pytest.raises(ClientExists):
            await self.created(app)

    async def test_secret_is_not_stored(self, app: Application) -> None:
        created = await self.created(app)
        assert created.secret.text not in repr(app.storage)
        assert created.secret.text not in repr(created)
        (stored,) = app.storage.clients[created.client.id].secrets
        assert stored == ClientSecret(digest=created.secret.digest, created_at=app.clock.now())

    async def test_each_change_is_an_event_and_a_loss_a_revocation(self, app: Application) -> None:
        client = (await self.created(app)).client
        change, container = app.container.change_client(), app.container
        rotate = container.rotate_client_secret()
        steps: tuple[tuple[Callable[[], Awaitable[object]], list[str], int], ...] = (
            (lambda: rotate(name="orders"), ["client_secret_rotated"], 0),
            (lambda: rotate(name="orders", at_once=True), ["client_secret_rotated"], 2),
            (lambda: change(name="orders", grant=["orders:write"]), ["client_changed"], 0),
            (lambda: change(name="orders", grant=["orders:write"]), [], 0),
            (lambda: change(name="orders", revoke=["orders:write"]), ["client_changed"], 2),
            (lambda: change(name="orders", add_audiences=[SHOP]), ["client_changed"], 0),
            (lambda: change(name="orders", add_audiences=[SHOP]), [], 0),
            (lambda: change(name="orders", remove_audiences=[SHOP]), ["client_changed"], 2),
            (lambda: change(name="orders", remove_audiences=[SHOP]), [], 0),
            (lambda: change(name="orders", disabled=True), ["client_disabled"], 2),
            (lambda: change(name="orders", disabled=False), ["client_enabled"], 0),
            (lambda: container.remove_client()(name="orders"), ["client_removed"], 2),
        )
        for number, (step, types, revocations) in enumerate(steps):
            app.storage.entries.clear()
            app.storage.revocations.clear()
            await step()
            found = [(event.type, event.detail) for event in app.storage.events]
            assert found == [(EventType(type_), client.id) for type_ in types], number
            revoked = [(each.kind, each.value) for each in app.storage.revocations]
            assert revoked == [(RevocationKind.CLIENT, client.id)] * revocations, number

    async def test_changed_audiences_stay_within_the_rules(self, app: Application) -> None:
        created = await app.container.create_client()(name="orders", audiences=[SHOP])
        change = app.container.change_client()
        for audience in ("with a space", "", "é"):
            with pytest.raises(InvalidInput):
                await change(name="orders", add_audiences=[audience])
        with pytest.raises(InvalidInput):
            await change(name="orders", add_audiences=[str(number) for number in range(8)])
        changed = await change(name="orders", add_audiences=["other"], remove_audiences=[SHOP])
        assert changed.audiences == ("other",)
        assert app.storage.clients[created.client.id].client == changed

    async def test_unknown_name(self, app: Application) -> None:
        acts: tuple[Callable[..., Awaitable[object]], ...] = (
            app.container.rotate_client_secret(),
            app.container.change_client(),
            app.container.remove_client(),
        )
        for act in acts:
            with pytest.raises(ClientNotFound):
                await act(name="nobody")


class TestAuthenticateClient:
    async def test_accepts_only_its_own_secret(self, app: Application) -> None:
        created = await app.container.create_client()(name="orders")
        other = await app.container.create_client()(name="invoices")
        authenticate = app.container.authenticate_client()
        id_, text = created.client.id, created.secret.text
        found = await authenticate(client_id=id_, secret=text, address="192.0.2.1")
        assert found == created.client
        flipped = text[:-1] + ("A" if text[-1] != "A" else "B")
        for client_id, secret in (
            (id_, flipped),
            (id_, other.secret.text),
            (other.client.id, text),
            (id_[:-1] + ("a" if id_[-1] != "a" else "b"), text),
            ("", ""),
            (id_, ""),
        ):
            with pytest.raises(InvalidClient):
                await authenticate(client_id=client_id, secret=secret, address="192.0.2.1")

    async def test_malformed_credentials_cost_no_statement(self, app: Application) -> None:
        clients = FakeClientRepository(app.storage)
        app.container.clients.override(clients)
        authenticate = app.container.authenticate_client()
        for client_id, secret in (("1", "fa_cs_" + "a" * 43), ("fa_c_" + "a" * 20, "x"), ("\0", "\ud800")):
            with pytest.raises(InvalidClient):
                await authenticate(client_id=client_id, secret=secret, address="192.0.2.1")
        assert clients.reads == 0

    async def test_disabled_client_is_refused(self, app: Application) -> None:
        created = await app.container.create_client()(name="orders")
        authenticate, change = app.container.authenticate_client(), app.container.change_client()
        given = {"client_id": created.client.id, "secret": created.secret.text, "address": "192.0.2.1"}
        await change(name="orders", disabled=True)
        with pytest.raises(InvalidClient):
            await authenticate(**given)
        await change(name="orders", disabled=False)
        assert await authenticate(**given)

    async def test_last_use_is_stored(self, app: Application) -> None:
        created = await app.container.create_client()(name="orders")
        await app.container.authenticate_client()(
            client_id=created.client.id, secret=created.secret.text, address="192.0.2.1"
        )
        assert app.storage.clients[created.client.id].client.last_used_at == app.clock.now()


class TestAuthenticateSecret:
    """The feeds accept the secret itself."""

    async def test_returns_the_principal_of_the_client(self, app: Application) -> None:
        created = await app.container.create_client()(name="orders", permissions=[READ_REVOCATIONS])
        assert await app.container.authenticate_secret()(secret=created.secret.text) == Principal(
            kind=PrincipalKind.CLIENT,
            permissions=frozenset({READ_REVOCATIONS}),
            client_id=created.client.id,
        )

    async def test_service_key_of_before(self, app: Application) -> None:
        created = await app.container.create_client()(name="orders", permissions=[READ_REVOCATIONS])
        (digest,) = app.container.client_secrets().digests(SERVICE_KEY)
        await app.container.clients().rotate(
            created.client.id,
            ClientSecret(digest=digest, created_at=app.clock.now()),
            old_expires_at=app.clock.now(),
        )
        assert (await app.container.authenticate_secret()(secret=SERVICE_KEY)).client_id == created.client.id

    async def test_other_texts_are_rejected(self, app: Application) -> None:
        secret = (await app.container.create_client()(name="orders")).secret.text
        tokens = await app.a_log_in()
        flipped = secret[:-1] + ("A" if secret[-1] != "A" else "B")
        for text in ("", "x", flipped, tokens.access.text, tokens.refresh):
            with pytest.raises(InvalidClient):
                await app.container.authenticate_secret()(secret=text)

    async def test_secrets_overlap_for_a_day_after_a_rotation(self, app: Application) -> None:
        old = (await app.container.create_client()(name="orders")).secret
        new = (await app.container.rotate_client_secret()(name="orders")).secret
        authenticate = app.container.authenticate_secret()
        app.clock.advance(timedelta(hours=24) - timedelta(microseconds=1))
        assert await authenticate(secret=old.text) == await authenticate(secret=new.text)
        app.clock.advance(microseconds=1)
        with pytest.raises(InvalidClient):
            await authenticate(secret=old.text)
        assert await authenticate(secret=new.text)

    async def test_rotation_under_a_clock_that_was_set_back(self, app: Application) -> None:
        """The old secret stays valid for two days at most."""
        old = (await app.container.create_client()(name="orders")).secret
        app.clock.advance(days=1, microseconds=1)
        await app.container.rotate_client_secret()(name="orders")
        authenticate = app.container.authenticate_secret()
        app.clock.advance(days=-1, microseconds=-1)
        with pytest.raises(InvalidClient):
            await authenticate(secret=old.text)
        app.clock.advance(microseconds=1)
        assert await authenticate(secret=old.text)

    async def test_rotation_at_once_ends_the_old_secret(self, app: Application) -> None:
        old = (await app.container.create_client()(name="orders")).secret
        await app.container.rotate_client_secret()(name="orders", at_once=True)
        with pytest.raises(InvalidClient):
            await app.container.authenticate_secret()(secret=old.text)

    async def test_disabled_and_removed_clients_are_rejected_after_five_seconds(
        self, app: Application
    ) -> None:
        authenticate = app.container.authenticate_secret()
        ends: tuple[tuple[str, Callable[[], Awaitable[object]]], ...] = (
            ("orders", lambda: app.container.change_client()(name="orders", disabled=True)),
            ("invoices", lambda: app.container.remove_client()(name="invoices")),
        )
        for name, end in ends:
            secret = (await app.container.create_client()(name=name)).secret.text
            app.clock.advance(seconds=5)
            assert await authenticate(secret=secret)
            await end()
            app.clock.advance(seconds=5)
            with pytest.raises(InvalidClient):
                await authenticate(secret=secret)

    async def test_flood_of_wrong_secrets_costs_one_statement_in_five_seconds(self, app: Application) -> None:
        clients = FakeClientRepository(app.storage)
        app.container.clients.override(clients)
        codec, authenticate = app.container.client_secrets(), app.container.authenticate_secret()
        for _ in range(100):
            with pytest.raises(InvalidClient):
                await authenticate(secret=codec.issue().text)
        assert clients.reads == 1
