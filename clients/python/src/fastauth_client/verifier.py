"""Verify access tokens."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from fastauth_client.addresses import check_address
from fastauth_client.caller import Caller
from fastauth_client.claims import ClaimRules
from fastauth_client.clock import Clock, SystemClock
from fastauth_client.demand import ANY_CALLER, Demand
from fastauth_client.errors import FeedStale, VerificationError
from fastauth_client.feed import Feed
from fastauth_client.key_cache import KeyCache
from fastauth_client.key_fetcher import KeyFetcher
from fastauth_client.key_set import CURVES
from fastauth_client.metrics import Metrics, NoMetrics
from fastauth_client.revocations import Revocations
from fastauth_client.revoked_tokens import RevokedTokens
from fastauth_client.sources import LiveSource, OfflineSource, Source
from fastauth_client.token_format import Header, header_of

if TYPE_CHECKING:
    import httpx2


class Verifier:
    """Verifies the access tokens of one issuer for one service.

    Its constructor does no I/O. Keys and the revocation feed are kept up to date by one background
    thread, which starts with the first use, with `start()` or with `async with`. All methods may be called
    from any thread; `verify` needs asyncio.
    """

    def __init__(  # noqa: PLR0913  fixed since the first release
        self,
        issuer: str,
        *,
        audience: str | Sequence[str],
        revocations: Revocations | None = None,
        leeway: float = 5.0,
        jwks_uri: str | None = None,
        algorithms: Collection[str] = ("ES256", "Ed25519"),
        require_https: bool = True,
        http: "httpx2.AsyncClient | None" = None,
        metrics: Metrics | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Take the settings.

        Args:
            issuer: `FASTAUTH_ISSUER` of the service, exactly.
            audience: The audience of this service, or several; a token must name one of them.
            revocations: How to follow the revocation feed; without it, revoked tokens are accepted until
                they expire.
            leeway: Seconds by which clocks may differ, at most 30.
            jwks_uri: The address of the keys; `/.well-known/jwks.json` of the issuer if it is missing.
            algorithms: Those that are accepted, of `ES256` and `Ed25519`.
            require_https: `False` accepts http:// addresses of other machines, in a network that you trust.
            http: A client of its own, for the background thread alone. It stays open.
            metrics: What counts outcomes.
            clock: Another clock than the machine's, for tests.

        Raises:
            ValueError: A setting is not acceptable. The message names it.
        """
        if not algorithms or not set(algorithms) <= CURVES.keys():
            raise ValueError(f"algorithms: must be some of {', '.join(CURVES)}")
        self.issuer = issuer
        self.audiences = (audience,) if isinstance(audience, str) else tuple(audience)
        self._rules = ClaimRules(issuer, frozenset(self.audiences), leeway)
        self._revocations = revocations
        self._metrics = metrics or NoMetrics()
        self._clock = clock or SystemClock()
        base = issuer.rstrip("/")
        jwks_uri = jwks_uri or f"{base}/.well-known/jwks.json"
        feed_url = (revocations and revocations.url) or f"{base}/v1/revocations"
        for name, url in {"issuer": issuer, "jwks_uri": jwks_uri, "revocations.url": feed_url}.items():
            check_address(name, url, require_https=require_https)
        keys, revoked = KeyCache(self._clock), RevokedTokens(self._clock)
        feed = None
        if revocations:
            feed = Feed(revocations, feed_url, revoked=revoked, clock=self._clock, metrics=self._metrics)
        fetcher = KeyFetcher(jwks_uri, keys, algorithms=algorithms, metrics=self._metrics)
        self._source: Source = LiveSource(fetcher=fetcher, feed=feed, keys=keys, revoked=revoked, http=http)

    @classmethod
    def offline(cls, jwks: Mapping[str, object], *, issuer: str, audience: str) -> Self:
        """Return a verifier that trusts these keys and fetches nothing."""
        verifier = cls(issuer, audience=audience, require_https=False)
        verifier._source = OfflineSource(jwks, verifier._clock)
        return verifier

    @property
    def staleness(self) -> float:
        """Seconds since the revocation feed was last known to be complete; infinite without one."""
        return self._source.staleness

    async def verify(self, token: str, *, demand: Demand = ANY_CALLER) -> Caller:
        """Return the content of a token.

        Raises:
            InvalidToken: The token is not valid.
            MissingPermission: It does not grant what is demanded.
            StepUpRequired: The user has to authenticate again or better.
            Unavailable: The token cannot be judged now.
        """
        with self._counted():
            header = header_of(token)
            if self._needs_fetch(header.kid):
                await asyncio.wrap_future(self._source.fetch(header.kid))
            return self._judge(token, header, demand)

    def verify_sync(self, token: str, *, demand: Demand = ANY_CALLER) -> Caller:
        """Do the same as `verify`, without asyncio."""
        with self._counted():
            header = header_of(token)
            if self._needs_fetch(header.kid):
                self._source.fetch(header.kid).result()
            return self._judge(token, header, demand)

    def check(self, caller: Caller, demand: Demand) -> None:
        """Return if a caller that `verify` has returned in this request meets a further demand.

        Raises:
            MissingPermission, StepUpRequired, FeedStale: It does not.
        """
        with self._counted():
            self._check(caller, demand, self._clock.time())

    def has_ended(self, caller: Caller, since: float) -> bool:
        """Return whether session or subject was revoked after `since`, or that cannot be known now."""
        self._source.ensure_started()
        revoked, settings = self._source.revoked, self._revocations
        if settings and self.staleness > settings.bound:
            return True
        ends = revoked.is_revoked("sub", caller.subject, since)
        return ends or revoked.is_revoked("sid", caller.session or "", since)

    async def __aenter__(self) -> Self:
        await asyncio.wrap_future(self._source.start())
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.wrap_future(self._source.stop())
        self._source.join()

    def start(self) -> Self:
        """Fetch the keys and start the feed. Return after the first attempt, successful or not."""
        self._source.start().result()
        return self

    def close(self) -> None:
        """Stop the background thread. Known keys and revocations stay in use."""
        self._source.stop().result()
        self._source.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def trusting(self, jwks: Mapping[str, object]) -> Iterator[RevokedTokens]:
        """Trust other keys during the block, and fetch nothing. For tests.

        Yields:
            What is revoked during the block; nothing at first.
        """
        before, offline = self._source, OfflineSource(jwks, self._clock)
        self._source = offline
        try:
            yield offline.revoked
        finally:
            self._source = before

    def _needs_fetch(self, kid: str) -> bool:
        self._source.ensure_started()
        keys = self._source.keys
        return keys.find(kid) is None and keys.is_worth_fetching(kid)

    def _judge(self, token: str, header: Header, demand: Demand) -> Caller:
        key = self._source.keys.find(header.kid)
        if key is None:
            raise self._source.keys.refusal()
        now = self._clock.time()
        caller = self._rules.caller(key.verified_claims(token, header), now)
        self._source.revoked.check(caller, header.kid)
        self._check(caller, demand, now)
        return caller

    def _check(self, caller: Caller, demand: Demand, now: float) -> None:
        self._check_staleness(demand)
        demand.check(caller, now)

    def _check_staleness(self, demand: Demand) -> None:
        settings = self._revocations
        if settings is None and not demand.fresh:
            return
        if self.staleness > (settings.bound if settings else 0.0):
            if demand.fresh or (settings and settings.beyond == "refuse"):
                raise FeedStale
            self._metrics.count("token", "accepted_while_stale")

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except VerificationError as error:
            self._metrics.count("token", type(error).__name__)
            raise
        self._metrics.count("token", "accepted")
