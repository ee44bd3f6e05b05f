"""Clients that act on accounts of their own, one act after the other, and record what was acknowledged."""

import asyncio
import base64
import json
import random
import threading
from collections import Counter
from dataclasses import dataclass, field

import httpx2
from tests.builders import a_registration
from tests.harness.service import DEADLINE, NO_TLS

PAUSE = 0.05
"""Mean seconds between two acts of a client."""


@dataclass(frozen=True)
class Act:
    """What a client requested."""

    type: str
    session_id: str | None = None
    """``None`` if it is not known, or concerns no session."""

    def can_be(self, event: dict[str, object]) -> bool:
        """Return whether an event of the feed can be the one of this act."""
        data = event["data"]
        assert isinstance(data, dict)
        return event["type"] == self.type and self.session_id in {None, data.get("session_id")}


@dataclass
class History:
    """The acts of one account."""

    done: list[Act] = field(default_factory=list)
    """Acknowledged, in their order."""
    in_doubt: list[Act] = field(default_factory=list)
    """Without an answer: they happened once or not at all."""

    def faults_of(self, events: list[dict[str, object]]) -> list[str]:
        """Return what is wrong with the events of this account: lost, twice, or in another order."""
        wanted, doubtful = list(self.done), list(self.in_doubt)
        for event in events:
            if wanted and wanted[0].can_be(event):
                wanted.pop(0)
            elif found := next((each for each in doubtful if each.can_be(event)), None):
                doubtful.remove(found)
            else:
                return [f"{event} came where {wanted[:1]} was expected"]
        return [f"{each} is missing" for each in wanted]


class Writers:
    """A number of clients in a thread of their own; each uses one of the services."""

    def __init__(self, *urls: str, clients: int) -> None:
        self.histories: dict[str, History] = {}
        """By the id of the account."""
        self.statuses: Counter[int] = Counter()
        self.unanswered = 0
        self._urls = urls
        self._clients = clients
        self._over = threading.Event()
        self._progress = threading.Condition()

    def run(self) -> None:
        """Act until `stop`."""
        asyncio.run(self._run())

    def stop(self) -> None:
        """Let every client finish its current act."""
        self._over.set()

    @property
    def acknowledged(self) -> int:
        """The number of acts that were acknowledged."""
        return sum(len(each.done) for each in self.histories.values())

    def wait_for_acts(self, more: int) -> None:
        """Return after `more` further acts were acknowledged."""
        with self._progress:
            enough = self.acknowledged + more
            assert self._progress.wait_for(lambda: self.acknowledged >= enough, 4 * DEADLINE), self.statuses

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(self._clients):
                group.create_task(self._act(self._urls[number % len(self._urls)]))

    async def _act(self, url: str) -> None:
        async with httpx2.AsyncClient(base_url=url, timeout=DEADLINE, verify=NO_TLS) as client:
            person, account = a_registration(), None
            while not self._over.is_set():
                if account is None:
                    person = a_registration()
                    account = await self._register(client, person)
                else:
                    await self._one_session(client, person, self.histories[account])

    async def _register(self, client: httpx2.AsyncClient, person: dict[str, str]) -> str | None:
        response = await self._ask(client, "POST", "/users/register", person)
        if not response:
            return None
        account = str(response.json()["id"])
        with self._progress:
            self.histories[account] = History([Act("user.registered")])
        return account

    async def _one_session(
        self, client: httpx2.AsyncClient, person: dict[str, str], history: History
    ) -> None:
        credentials = {name: person[name] for name in ("username", "password")}
        login = await self._ask(client, "POST", "/sessions", credentials)
        if not login:
            history.in_doubt.append(Act("session.started"))
            return
        token = login.json()["access_token"]
        payload = token.split(".")[1]
        session_id = str(json.loads(base64.urlsafe_b64decode(payload + "==="))["sid"])
        self._note(history, Act("session.started", session_id))
        headers = {"Authorization": f"Bearer {token}"}
        name = {"fullname": f"Ann {random.randrange(10**9)}"}  # noqa: S311  no secret
        for method, path, body, act in (
            ("PATCH", "/users/me", name, Act("user.full_name_changed")),
            ("DELETE", "/sessions/current", None, Act("session.ended", session_id)),
        ):
            if not await self._ask(client, method, path, body, headers):
                history.in_doubt.append(act)
                return
            self._note(history, act)

    def _note(self, history: History, act: Act) -> None:
        with self._progress:
            history.done.append(act)
            self._progress.notify_all()

    async def _ask(
        self,
        client: httpx2.AsyncClient,
        method: str,
        path: str,
        body: dict[str, str] | None,
        headers: dict[str, str] | None = None,
    ) -> httpx2.Response | None:
        """Return the response if it is a success."""
        await asyncio.sleep(random.uniform(0, 2 * PAUSE))  # noqa: S311  no secret
        try:
            response = await client.request(method, path, json=body, headers=headers)
        except httpx2.TransportError:
            self.unanswered += 1
            await asyncio.sleep(2 * PAUSE)
            return None
        self.statuses[response.status_code] += 1
        return response if response.is_success else None
