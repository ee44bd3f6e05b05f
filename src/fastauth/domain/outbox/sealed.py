"""The contents of entries, encrypted until they are delivered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fastauth.domain.accounts.user import UserId
from fastauth.domain.outbox.message import OutboxEntry, OutboxKind
from fastauth.domain.secret_box import SecretBox

PURPOSE = "outbox"
"""The purpose for which `SecretBox` encrypts contents."""


def seal_content(content: Mapping[str, str], box: SecretBox) -> str:
    """Return the content, encrypted."""
    return box.seal(json.dumps(dict(content)), purpose=PURPOSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedEntry:
    """An entry that this process may deliver until its lease ends."""

    id: str
    kind: OutboxKind
    user_id: UserId | None
    sealed: str = field(repr=False)
    attempts: int
    """The number of this attempt, from 1."""
    created_at: datetime
    expires_at: datetime | None

    def open(self, box: SecretBox) -> OutboxEntry:
        """Return the entry with its content.

        Raises:
            SealedTextUnreadable: No configured secret key sealed it, or it is damaged.
        """
        return OutboxEntry(
            id=self.id,
            kind=self.kind,
            user_id=self.user_id,
            content=json.loads(box.open(self.sealed, purpose=PURPOSE)),
            attempts=self.attempts,
            created_at=self.created_at,
            expires_at=self.expires_at,
        )
