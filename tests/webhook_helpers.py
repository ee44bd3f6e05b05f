"""An installation with a webhook, over fakes."""

import json

from tests.application import Application
from tests.fakes import FakeClock, FakeOutboundHttp

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.outbound.errors import OutboundFailure
from fastauth.domain.outbound.ports import OutboundRequest
from fastauth.domain.webhooks.delivery import Deliveries
from fastauth.domain.webhooks.webhook import Webhook

URL = "https://receiver.example/hook"


class Installation:
    """An application with a webhook, and what its receiver was sent."""

    def __init__(self) -> None:
        self.app = Application()
        http = self.app.container.outbound_http()
        assert isinstance(http, FakeOutboundHttp)
        self.http = http
        self.clock: FakeClock = self.app.clock
        self.id = ""

    async def create(self, *types: str) -> str:
        new = await self.app.container.create_webhook()(acting=None, url=URL, types=types or None)
        self.id = new.webhook.id
        return new.secret

    async def happen(self, *details: str, type_: EventType = EventType.ROLE_CHANGED) -> None:
        for detail in details:
            event = Event(type=type_, occurred_at=self.clock.now(), detail=detail)
            await self.app.container.events().record(event)
        while await self.app.container.event_numbering().number(limit=500):
            pass

    async def round(self) -> list[Deliveries]:
        claimed = await self.app.container.claim_webhooks()(limit=10)
        return [await self.app.container.deliver_webhook()(each) for each in claimed]

    async def stored(self) -> Webhook:
        found = await self.app.container.webhooks().get(self.id)
        assert found
        return found

    @property
    def subjects(self) -> list[str]:
        return [json.loads(each.body)["data"].get("subject") for each in self.http.requests]


def failing(*subjects: str, answer: int | OutboundFailure = 500) -> FakeOutboundHttp:
    def answers(request: OutboundRequest) -> int | OutboundFailure:
        return answer if json.loads(request.body)["data"].get("subject") in subjects else 204

    return FakeOutboundHttp(answers)
