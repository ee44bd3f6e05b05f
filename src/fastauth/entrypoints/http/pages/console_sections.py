"""The sections of the console, and the permissions that they need."""

from collections.abc import Collection
from dataclasses import dataclass

from fastauth.domain.roles.permissions import READ_AUDIT, READ_CLIENTS, READ_ROLES, READ_USERS, READ_WEBHOOKS

CONSOLE = "/console"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the console with a link in its navigation."""

    name: str
    """The last part of its path, and the key of its label in ``console/layout.html``."""
    permission: str
    """What reading it needs."""

    @property
    def path(self) -> str:
        """The path of its first page."""
        return f"{CONSOLE}/{self.name}"


SECTIONS = (
    Section("users", READ_USERS),
    Section("invitations", READ_USERS),
    Section("roles", READ_ROLES),
    Section("audit", READ_AUDIT),
    Section("clients", READ_CLIENTS),
    Section("webhooks", READ_WEBHOOKS),
    Section("outbox", READ_AUDIT),
    Section("signing-keys", READ_AUDIT),
)


def sections_for(permissions: Collection[str]) -> tuple[Section, ...]:
    """Return the sections that a user with these permissions may read."""
    return tuple(each for each in SECTIONS if each.permission in permissions)
