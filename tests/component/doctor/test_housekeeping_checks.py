"""Checks of API keys, invitations and erasures: what is not used, and what the background tasks have left."""

from datetime import timedelta

import pytest
from dependency_injector.providers import Object
from tests.application import Application

from fastauth.application.invitations.invite import InvitationRequest
from fastauth.domain.accounts.registration_mode import RegistrationMode
from fastauth.entrypoints.doctor.api_keys import UNUSED_AFTER, api_keys
from fastauth.entrypoints.doctor.erasures import MAX_DELAY, erasures
from fastauth.entrypoints.doctor.finding import MAX_SHOWN, Level
from fastauth.entrypoints.doctor.invitations import PURGED_AFTER, invitations

MOMENT = timedelta(seconds=1)


class TestApiKeysCheck:
    async def test_unused_keys_are_a_warning(self, app: Application) -> None:
        (finding,) = await api_keys(app.container)
        assert (finding.level, finding.observed) == (Level.OK, "each was used in the last 90 days, or is new")
        issue = app.container.issue_api_key()
        used, unused = [
            await issue(username="santosh", name=name, scopes=[], days=365) for name in ("A", "B")
        ]
        app.clock.advance(UNUSED_AFTER)
        (finding,) = await api_keys(app.container)
        assert finding.level is Level.OK
        app.clock.advance(MOMENT)
        await app.container.api_keys().mark_used({used.key.id: app.clock.now()})
        (finding,) = await api_keys(app.container)
        assert (finding.level, finding.remedy) == (Level.WARN, "fastauth api-keys revoke ID")
        assert finding.observed == f"not used for 90 days: {unused.key.id}"
        await app.container.revoke_api_key()(id_=unused.key.id)
        (finding,) = await api_keys(app.container)
        assert finding.level is Level.OK

    async def test_expired_keys_do_not_count_and_few_are_shown(self, app: Application) -> None:
        issue = app.container.issue_api_key()
        for days in (90, *[200] * (MAX_SHOWN + 1)):
            await issue(username="santosh", name="A", scopes=[], days=days)
        app.clock.advance(UNUSED_AFTER + MOMENT)
        (finding,) = await api_keys(app.container)
        assert finding.observed.count(",") == MAX_SHOWN - 1
        assert finding.observed.endswith(" and more")


class TestInvitationsCheck:
    @staticmethod
    async def invite(app: Application) -> None:
        request = InvitationRequest(email="invited@example.com")
        await app.container.invite_by_operator()(request=request, by_mail=False)

    async def test_expired_ones_that_stay_are_a_warning(self, app: Application) -> None:
        await self.invite(app)
        (finding,) = await invitations(app.container)
        assert (finding.level, finding.observed) == (Level.OK, "1 open; registration is open")
        app.clock.advance(timedelta(days=7) + PURGED_AFTER)
        (finding,) = await invitations(app.container)
        assert (finding.level, finding.observed) == (Level.OK, "0 open; registration is open")
        app.clock.advance(MOMENT)
        (finding,) = await invitations(app.container)
        assert (finding.level, finding.remedy) == (Level.WARN, "a running service; its log")
        await app.container.purges()["one_time_tokens"]()
        (finding,) = await invitations(app.container)
        assert finding.level is Level.OK

    @pytest.mark.parametrize(
        ("mode", "level"), [(RegistrationMode.INVITED, Level.OK), (RegistrationMode.OFF, Level.WARN)]
    )
    async def test_invitation_cannot_be_accepted_while_registration_is_off(
        self, app: Application, mode: RegistrationMode, level: Level
    ) -> None:
        await self.invite(app)
        settings = app.container.settings().model_copy(update={"registration": mode})
        app.container.settings.override(Object(settings))
        (finding,) = await invitations(app.container)
        assert finding.level is level


class TestErasuresCheck:
    async def test_overdue_erasure_is_a_warning(self, app: Application) -> None:
        (finding,) = await erasures(app.container)
        assert (finding.level, finding.observed) == (Level.OK, "none is overdue")
        await app.container.close_user()(username="santosh")
        app.clock.advance(timedelta(days=7) + MAX_DELAY)
        (finding,) = await erasures(app.container)
        assert finding.level is Level.OK
        app.clock.advance(MOMENT)
        (finding,) = await erasures(app.container)
        assert finding.level is Level.WARN
        assert finding.observed == "an account should have been erased 1 hour ago"
        assert await app.container.erase_due_accounts()() == 1
        (finding,) = await erasures(app.container)
        assert finding.level is Level.OK
