"""What the service has acknowledged, and whether the database has it."""

import base64
import json
from collections import Counter
from dataclasses import dataclass, field

import httpx2
from faults.outcome import Outcome
from sqlalchemy import create_engine, text


@dataclass
class AcknowledgedWrites:
    """The responses to the clients of one trial, and the users and sessions among them."""

    users: dict[str, str] = field(default_factory=dict)
    """The user id of each registration with the status 201, by username."""
    sessions: set[str] = field(default_factory=set)
    """The session ids of log-ins with the status 201."""
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    """Requests whose connection failed before the response."""
    unexpected_responses: list[str] = field(default_factory=list)
    """Neither successful nor an expected 503."""
    slowest: float = 0
    """The duration of the slowest response, in seconds."""

    @property
    def acknowledged(self) -> int:
        """The number of registrations and log-ins with the status 201."""
        return len(self.users) + len(self.sessions)

    @property
    def duplicate_ids(self) -> int:
        """The number of user ids that were given to a second user."""
        return len(self.users) - len(set(self.users.values()))

    def add_response(self, response: httpx2.Response, seconds: float) -> None:
        """Count a response that took `seconds`."""
        self.statuses[response.status_code] += 1
        self.slowest = max(self.slowest, seconds)
        if not response.is_success and not is_expected_503(response):
            request = response.request
            self.unexpected_responses.append(
                f"{request.method} {request.url.path}: {response.status_code} {response.text[:200]}"
            )

    def add_user(self, registered: httpx2.Response) -> None:
        """Keep the user of a registration with the status 201."""
        user = registered.json()
        self.users[user["username"]] = str(user["id"])

    def add_session(self, access_token: str) -> None:
        """Keep the session of an access token."""
        payload = access_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        self.sessions.add(str(claims["sid"]).replace("-", ""))

    def missing_from(self, database_url: str) -> int:
        """Return the number of acknowledged users and sessions that the database lacks.

        A user that has another id there counts as missing.
        """
        engine = create_engine(database_url)
        with engine.connect() as connection:
            statement = text("SELECT username, CAST(id AS TEXT) AS user_id FROM user_info")
            stored = {row.username: row.user_id for row in connection.execute(statement)}
            sessions = set(connection.scalars(text("SELECT id FROM session")))
        engine.dispose()
        users: int = sum(stored.get(name) != user_id for name, user_id in self.users.items())
        return users + len(self.sessions - sessions)

    def add_to(self, outcome: Outcome, database_url: str) -> None:
        """Compare with the database, and add the counts to `outcome`."""
        outcome.acknowledged += self.acknowledged
        outcome.lost += self.missing_from(database_url)
        outcome.duplicates += self.duplicate_ids
        outcome.unexpected_responses += self.unexpected_responses
        outcome.slowest = max(outcome.slowest, self.slowest)


def is_expected_503(response: httpx2.Response) -> bool:
    """Return whether this is the documented response to a fault: 503, problem details, Retry-After."""
    return (
        response.status_code == httpx2.codes.SERVICE_UNAVAILABLE
        and response.headers["content-type"] == "application/problem+json"
        and int(response.headers["retry-after"]) >= 1
    )
