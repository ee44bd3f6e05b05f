"""Limits on mails, and on the requests that cause them."""

from dataclasses import dataclass

from fastauth.domain.accounts.user import UserId
from fastauth.domain.clock import Clock
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.hit import Decision, Hit, Scope
from fastauth.domain.rate_limits.limits import Limits
from fastauth.domain.rate_limits.network import network_of
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.rate_limits.refund import Decrement
from fastauth.domain.sessions.session import SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLimiter:
    """Count the mails with a link, and the requests for them.

    Answers show a client only the limits of its own network and session. Beyond the limit of an address or
    an account nothing is sent and no error is answered, since that would show whether there is one.
    """

    counters: CounterRepository
    keys: CounterKeys
    limits: Limits | None
    """``None`` disables rate limiting."""
    clock: Clock

    async def check_reset_request(self, *, address: str) -> None:
        """Count a request for the reset of a password from the network of `address`.

        Raises:
            TooManyRequests: The network has reached its limit.
            StorageUnavailable: Try again later.
        """
        if self.limits:
            rule = self.limits.reset_requests_per_network
            await self._allows(self._hit(rule, Scope.NETWORK, "reset requests", network_of(address)))

    async def check_resend(self, session_id: SessionId) -> None:
        """Count a request of a session for another mail.

        Raises:
            TooManyRequests: The session has reached its limit.
            StorageUnavailable: Try again later.
        """
        if self.limits:
            rule = self.limits.resends_per_session
            await self._allows(self._hit(rule, Scope.NETWORK, "resends", session_id))

    async def check_address_change(self, user_id: UserId) -> None:
        """Count a change of the address of an account.

        Raises:
            TooManyRequests: The account has reached its limit.
            StorageUnavailable: Try again later.
        """
        if self.limits:
            rule = self.limits.address_changes_per_account
            await self._allows(self._hit(rule, Scope.NETWORK, "address changes", str(user_id)))

    async def check_factor_change(self, user_id: UserId) -> None:
        """Count a change of the second factors of an account: its owner gets a mail of each.

        Raises:
            TooManyRequests: The account has reached its limit.
            StorageUnavailable: Try again later.
        """
        if self.limits:
            rule = self.limits.factor_changes_per_account
            await self._allows(self._hit(rule, Scope.NETWORK, "factor changes", str(user_id)))

    async def check_api_key(self, user_id: UserId, counters: CounterRepository) -> None:
        """Count a new API key of an account: its owner gets a mail of each.

        Raises:
            TooManyRequests: The account has reached its limit.
            StorageUnavailable: Try again later.
        """
        if self.limits:
            rule = self.limits.api_keys_per_account
            await counters.count(
                (self._hit(rule, Scope.NETWORK, "api keys", str(user_id)),), now=self.clock.now()
            )

    async def allows_mail(self, address_key: str, *, user_id: UserId | None, proved: bool) -> bool:
        """Count a mail to an address about an account, if there is one; return whether to send it.

        Mails to the verified address of the account (`proved`) have counters of their own. Otherwise a client
        that registers with a stranger's address, or an attacker who adds addresses to an account, could use
        up the mails by which the owner recovers it.

        Raises:
            StorageUnavailable: Try again later.
        """
        hits = self._mail_hits(address_key, user_id, proved)
        return not hits or await self._allows(*hits)

    async def refund_mail(self, address_key: str, *, user_id: UserId | None, proved: bool) -> None:
        """Refund a mail that was allowed and is not sent now."""
        hits = self._mail_hits(address_key, user_id, proved)
        refunds = tuple(Decrement(hit.key, hit.rule) for hit in hits)
        if refunds:
            await self.counters.refund(refunds, now=self.clock.now())

    def _mail_hits(self, address_key: str, user_id: UserId | None, proved: bool) -> list[Hit]:  # noqa: FBT001  of this class alone
        if self.limits is None:
            return []
        to = ("proved", address_key) if proved else ("unproved", _without_subaddress(address_key))
        hits = [
            self._hit(rule, Scope.ACCOUNT, f"mails to an address in {rule.window}", *to)
            for rule in self.limits.mails_per_address
        ]
        if user_id is not None:
            rule = self.limits.mails_per_account
            hits.append(self._hit(rule, Scope.ACCOUNT, "mails of an account", to[0], str(user_id)))
        return hits

    def _hit(self, rule: RateLimit, scope: Scope, kind: str, *parts: str) -> Hit:
        key, *older = self.keys.candidates(kind, *parts)
        return Hit(key, rule, scope, tuple(older))

    async def _allows(self, *hits: Hit) -> bool:
        result = await self.counters.count(hits, now=self.clock.now())
        return result.decision is Decision.ALLOWED


def _without_subaddress(address_key: str) -> str:
    """Return the address without what follows a plus sign: most servers have one mailbox for all (RFC 5233).

    Where they are several mailboxes, these share a limit.
    """
    local, domain = address_key.split("@")
    return f"{local.partition('+')[0] or local}@{domain}"
