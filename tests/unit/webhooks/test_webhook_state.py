"""What a webhook does, as administrators read it, and the types of events that it may have."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.webhook_helpers import Installation

from fastauth.application.webhooks.list_webhooks import WebhookStatus
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.event_feed.published_event import PublishedType
from fastauth.domain.webhooks.webhook import Webhook, WebhookState, new_id, parse_types

NOW = datetime(2026, 11, 26, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
WEBHOOK = Webhook(
    id=new_id(), url="https://a.example/", types=None, secret="", created_at=NOW, cursor=3, due_at=NOW
)


class TestState:
    def state(self, **of: object) -> WebhookState:
        return replace(WEBHOOK, **of).state(now=NOW, last_seq=4)  # type: ignore[arg-type]  # of any field

    def test_due_as_long_as_there_are_numbers_behind_its_place(self) -> None:
        assert self.state() is WebhookState.DUE
        assert self.state(cursor=4) is WebhookState.UP_TO_DATE
        assert self.state(cursor=5) is WebhookState.UP_TO_DATE

    def test_sending_until_the_lease_ends(self) -> None:
        assert self.state(leased_until=NOW + MOMENT) is WebhookState.SENDING
        assert self.state(leased_until=NOW) is WebhookState.DUE

    def test_waiting_until_the_next_attempt_is_due(self) -> None:
        assert self.state(failures=1, due_at=NOW + MOMENT) is WebhookState.WAITING
        assert self.state(failures=1, due_at=NOW) is WebhookState.DUE

    def test_without_failures_it_does_not_wait(self) -> None:
        """It was created or resumed by a host whose clock is ahead."""
        assert self.state(due_at=NOW + MOMENT) is WebhookState.DUE

    def test_disabled_whatever_else(self) -> None:
        later = NOW + MOMENT
        assert self.state(disabled_at=NOW, leased_until=later, failures=1, due_at=later) is (
            WebhookState.DISABLED
        )


class TestListedStatus:
    async def listed(self, here: Installation) -> WebhookStatus:
        (status,) = await here.app.container.list_webhooks()(acting=None)
        return status

    async def test_how_far_it_is_behind(self) -> None:
        here = Installation()
        await here.happen("before")
        await here.create()
        await here.happen()
        await here.round()
        await here.happen("a", "b")
        assert await self.listed(here) == WebhookStatus(
            webhook=await here.stored(), state=WebhookState.DUE, behind=2
        )
        await here.round()
        assert await self.listed(here) == WebhookStatus(
            webhook=await here.stored(), state=WebhookState.UP_TO_DATE, behind=0
        )

    async def test_place_behind_the_end_of_the_feed_is_up_to_date(self) -> None:
        """The database was restored from a backup."""
        here = Installation()
        await here.create()
        here.app.storage.webhooks[here.id] = replace(await here.stored(), cursor=7)
        status = await self.listed(here)
        assert (status.state, status.behind) == (WebhookState.UP_TO_DATE, 0)

    async def test_states_change_with_the_time(self) -> None:
        here = Installation()
        here.http.answer = lambda _: 500
        await here.create()
        await here.happen("a")
        await here.round()
        assert (await self.listed(here)).state is WebhookState.WAITING
        here.clock.advance(seconds=5)
        assert (await self.listed(here)).state is WebhookState.DUE
        await here.app.container.claim_webhooks()(limit=1)
        assert (await self.listed(here)).state is WebhookState.SENDING


class TestParseTypes:
    def test_one_and_all(self) -> None:
        assert parse_types(["user.registered"]) == {PublishedType.USER_REGISTERED}
        assert parse_types([each.value for each in PublishedType]) == set(PublishedType)

    @pytest.mark.parametrize("names", [[], ["nothing"], ["user.registered", "nothing"]])
    def test_refusal_has_all_names(self, names: list[str]) -> None:
        with pytest.raises(InvalidInput) as refused:
            parse_types(names)
        names_there_are = ", ".join(sorted(each.value for each in PublishedType))
        detail = f"Use names of event types, at least one: {names_there_are}."
        assert list(refused.value.violations) == [Violation("types", "not_allowed", detail)]
