"""Check that secrets of clients are rotated, and that clients are used."""

from datetime import timedelta

from tests.application import Application

from fastauth.entrypoints.doctor.clients import ROTATE_AFTER, UNUSED_AFTER, clients
from fastauth.entrypoints.doctor.finding import Level


class TestClientsCheck:
    async def test_old_secrets_and_unused_clients_are_warnings(self) -> None:
        app = Application()
        (finding,) = await clients(app.container)
        assert finding.level is Level.OK
        made = await app.container.create_client()(name="orders")
        app.clock.advance(UNUSED_AFTER)
        (finding,) = await clients(app.container)
        assert finding.level is Level.OK
        app.clock.advance(seconds=1)
        (finding,) = await clients(app.container)
        assert (finding.level, finding.remedy) == (Level.WARN, "fastauth clients disable NAME")
        assert "orders" in finding.observed
        app.clock.advance(ROTATE_AFTER - UNUSED_AFTER)
        await app.container.clients().touch(made.client.id, now=app.clock.now())
        (finding,) = await clients(app.container)
        assert (finding.level, finding.remedy) == (Level.WARN, "fastauth clients rotate-secret NAME")
        await app.container.rotate_client_secret()(name="orders")
        (finding,) = await clients(app.container)
        assert finding.level is Level.OK

    async def test_disabled_client_is_not_reported(self) -> None:
        app = Application()
        await app.container.create_client()(name="orders")
        await app.container.change_client()(name="orders", disabled=True)
        app.clock.advance(ROTATE_AFTER + timedelta(days=1))
        (finding,) = await clients(app.container)
        assert (finding.level, finding.observed) == (Level.OK, "0 enabled, with a secret of this year each")
