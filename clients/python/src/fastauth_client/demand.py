"""What a route demands of its caller."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from fastauth_client.caller import Caller
from fastauth_client.errors import MissingPermission, StepUpRequired

ACR_ORDER = ("aal1", "aal2", "phr", "aal3")
"""The authenticator assurance levels of NIST SP 800-63B, and `phr` (OpenID Connect EAP ACR Values 1.0), which
fastauth gives to a passkey that has verified its user. Each satisfies a demand for those before it."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a route demands beyond a valid token."""

    permissions: frozenset[str] = frozenset()
    """All of them must be granted: by the scope if the token has one, else by its permissions."""
    any_role: frozenset[str] = frozenset()
    """One of them is enough."""
    scope: frozenset[str] = frozenset()
    """All of them must be in the scope."""
    acr: str | None = None
    """The least authentication context class. A class outside of `ACR_ORDER` must be equal."""
    max_age: float | None = None
    """Seconds that may have passed since the user authenticated."""
    fresh: bool = False
    """Whether to refuse while the revocation feed is further behind than its bound."""
    actor: bool | None = None
    """Whether the token must have an actor; `False`: it must have none; `None`: either."""

    @classmethod
    def of(
        cls,
        *permissions: str,
        role: str | Collection[str] = (),
        scope: str | Collection[str] = (),
        acr: str | None = None,
        max_age: float | None = None,
        fresh: bool = False,
    ) -> Self:
        """Return a demand in the short form of the decorators. A string stands for a set of one."""
        return cls(
            permissions=frozenset(permissions), any_role=_set(role), scope=_set(scope),
            acr=acr, max_age=max_age, fresh=fresh,
        )  # fmt: skip

    def check(self, caller: Caller, now: float) -> None:
        """Return if the caller meets the demand at a time in seconds since 1970.

        Raises:
            MissingPermission: The token grants too little.
            StepUpRequired: The user has to authenticate again or better.
        """
        missing = (self.permissions - caller.granted) | (self.scope - caller.scope)
        if missing or (self.any_role and self.any_role.isdisjoint(caller.roles)):
            raise MissingPermission(missing)
        if self.actor is not None and self.actor != (caller.actor is not None):
            raise MissingPermission
        if not self._acr_met(caller.acr) or not self._age_met(caller, now):
            raise StepUpRequired(self.acr, self.max_age)

    def _acr_met(self, acr: str) -> bool:
        if self.acr in ACR_ORDER and acr in ACR_ORDER:
            return ACR_ORDER.index(acr) >= ACR_ORDER.index(self.acr)
        return self.acr is None or acr == self.acr

    def _age_met(self, caller: Caller, now: float) -> bool:
        if self.max_age is None:
            return True
        if "auth_time" not in caller.claims:
            return False
        # A time in the future is of a clock that was set back.
        return abs(now - caller.authenticated_at.timestamp()) <= self.max_age


ANY_CALLER = Demand()
"""A valid token is enough."""


def _set(names: str | Collection[str]) -> frozenset[str]:
    return frozenset((names,) if isinstance(names, str) else names)
