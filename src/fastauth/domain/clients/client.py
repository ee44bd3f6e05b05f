"""OAuth 2.0 clients of the kind ``service``: programs that authenticate for themselves."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from fastauth.domain.accounts.user import UserId
from fastauth.domain.clients.client_id import ClientId, new_client_id
from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector
from fastauth.domain.roles.role import check_permissions

LAST_USE_INTERVAL = timedelta(minutes=5)
"""How often the last use of a client is stored at most."""

MAX_PERMISSIONS_BYTES = 600
"""Of the claim ``scope``. A token has the permissions twice, and stays below 4 096 characters with them."""

MAX_AUDIENCES = 8

_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,39}", re.ASCII)
_AUDIENCE = re.compile(r"[!-~]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A program that authenticates by a secret of its own and not as a user."""

    id: ClientId
    name: str
    permissions: frozenset[str] = frozenset()
    audiences: tuple[str, ...] = ()
    """Audiences that it may ask for, besides that of the installation."""
    created_at: datetime
    created_by: UserId | None = None
    """The user who created it; ``None`` stands for an operator."""
    last_used_at: datetime | None = field(default=None, compare=False)
    """To `LAST_USE_INTERVAL`."""
    disabled_at: datetime | None = None

    @classmethod
    def new(
        cls,
        name: str,
        *,
        permissions: Iterable[str],
        audiences: Iterable[str],
        created_by: UserId | None = None,
        now: datetime,
    ) -> Self:
        """Return a client with a new id.

        Raises:
            InvalidInput: The name, a permission or an audience is not valid.
        """
        with ViolationCollector() as collecting:
            with collecting:
                name = parse_client_name(name)
            with collecting:
                permissions = parse_client_permissions(permissions)
            with collecting:
                audiences = parse_audiences(audiences)
        return cls(
            id=new_client_id(),
            name=name,
            permissions=frozenset(permissions),
            audiences=tuple(audiences),
            created_at=now,
            created_by=created_by,
        )

    def granted(self, scope: str | None) -> tuple[str, ...]:
        """Return the permissions that a token gets: those of `scope`, or all of the client.

        Raises:
            InvalidInput: The client lacks one of them, or `scope` names none.
        """
        if scope is None:
            return tuple(sorted(self.permissions))
        asked = set(scope.split(" "))
        if not asked <= self.permissions:
            raise InvalidInput(Violation("scope", "not_allowed", "Must be permissions that the client has."))
        return tuple(sorted(asked))

    def check_audience(self, audience: str) -> None:
        """Return if the client may ask for a token for `audience`.

        Raises:
            InvalidInput: It may not.
        """
        if audience not in self.audiences:
            raise InvalidInput(
                Violation("audience", "not_allowed", "Must be an audience that the client has.")
            )

    def with_disabled(self, disabled: bool | None, *, now: datetime) -> Self:  # noqa: FBT001  ``None`` is the third value
        """Return the client disabled or enabled; ``None`` leaves it as it is."""
        if disabled is None or disabled == (self.disabled_at is not None):
            return self
        return replace(self, disabled_at=now if disabled else None)

    def has_less_than(self, before: Self) -> bool:
        """Return whether tokens that were issued `before` grant more than the client may have now."""
        lost = (before.permissions - self.permissions) | (set(before.audiences) - set(self.audiences))
        return self.disabled_at is not None or bool(lost)

    def needs_last_use(self, now: datetime) -> bool:
        """Return whether a use at `now` is to be stored."""
        return self.last_used_at is None or now >= self.last_used_at + LAST_USE_INTERVAL


def parse_client_name(text: str) -> str:
    """Return the name of a new client.

    Raises:
        InvalidInput: It does not have the form of a name.
    """
    if not _NAME.fullmatch(text):
        raise InvalidInput(Violation("name", "not_allowed", "Use 1 to 40 of a-z, 0-9, _, . and -."))
    return text


def parse_client_permissions(permissions: Iterable[str]) -> frozenset[str]:
    """Return the permissions of a client.

    Raises:
        InvalidInput: One does not have the form of a permission, is an unknown one of the service itself, or
            they have more than `MAX_PERMISSIONS_BYTES`.
    """
    checked = check_permissions(permissions, field="permissions")
    if len(" ".join(checked)) > MAX_PERMISSIONS_BYTES:
        detail = f"Must have at most {MAX_PERMISSIONS_BYTES} characters together."
        raise InvalidInput(Violation("permissions", "too_long", detail))
    return checked


def parse_audiences(audiences: Iterable[str]) -> tuple[str, ...]:
    """Return the audiences of a client, sorted.

    Raises:
        InvalidInput: There are more than `MAX_AUDIENCES`, or one is not 1 to 200 characters of ASCII.
    """
    checked = tuple(sorted(set(audiences)))
    if len(checked) > MAX_AUDIENCES:
        raise InvalidInput(Violation("audiences", "too_long", f"Must be at most {MAX_AUDIENCES} audiences."))
    if not all(map(_AUDIENCE.fullmatch, checked)):
        detail = "Each must be 1 to 200 characters of printable ASCII without spaces."
        raise InvalidInput(Violation("audiences", "not_allowed", detail))
    return checked
