"""Keys of counters, and a change of the secret key."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.application import A_SECRET_KEY, RateLimitedApplication
from tests.fakes import FakeClock, FakeCounterRepository

from fastauth.application.outbox.sending_budget import SendingBudget
from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.application.rate_limits.permit import Permit
from fastauth.application.sessions.log_in import LogIn
from fastauth.domain.accounts.user import UserId
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.rate_limits.counter import LOCKED_FOREVER, Counter, CounterKeys
from fastauth.domain.rate_limits.limits import Limits
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.rate_limits.refund import Decrement
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.session import ClientInfo, SessionId


class TestCounterKeys:
    def test_keys_differ_by_part_and_secret(self) -> None:
        keys, others = CounterKeys(A_SECRET_KEY), CounterKeys(SecretKey(b"another secret key of 32 bytes!!"))
        made = [keys("a", "b", "c"), keys("a", "bc"), keys("ab", "c"), keys("a", "b"), others("a", "b", "c")]
        assert len(set(made)) == len(made)
        assert keys("a", "b", "c") == made[0]

    def test_keys_are_stable_across_versions(self) -> None:
        assert CounterKeys(A_SECRET_KEY)("a", "b", "c").hex() == "c9fc43c41bc5c36ea2597da869b4a5d2"

    async def test_keys_of_requests_for_mail_are_stable_across_versions(self) -> None:
        counters, keys = FakeCounterRepository(), CounterKeys(A_SECRET_KEY)
        limiter = MailLimiter(counters=counters, keys=keys, limits=Limits(), clock=FakeClock())
        await limiter.check_resend(SessionId("0" * 32))
        await limiter.check_reset_request(address="192.0.2.1")
        await limiter.check_address_change(UserId(7))
        await limiter.check_factor_change(UserId(7))
        await limiter.check_api_key(UserId(7), counters)
        expected = {
            keys("resends", "0" * 32),
            keys("reset requests", "192.0.2.1"),
            keys("address changes", "7"),
            keys("factor changes", "7"),
            keys("api keys", "7"),
        }
        assert set(counters.storage.counters) == expected

    async def test_key_of_refused_clients_is_stable_across_versions(self) -> None:
        app = RateLimitedApplication()
        await app.rate_limiter.count_refused_client(address="192.0.2.1")
        assert set(app.storage.counters) == {app.rate_limiter.keys("refused clients", "192.0.2.1")}

    async def test_log_in_by_passkey_counts_for_its_network(self) -> None:
        """Under a key that is stable across versions. A successful one is refunded."""
        limiter = RateLimitedApplication().rate_limiter
        permit = await limiter.check_passkey(address="192.0.2.1")
        assert limiter.limits
        key = limiter.keys("passkey log-ins", "192.0.2.1")
        refund = (Decrement(key, limiter.limits.passkeys_per_network),)
        assert permit == Permit(allowed=True, refunds_on_success=refund, refunds_if_unverified=refund)

    async def test_keys_of_mails_are_stable_across_versions(self) -> None:
        counters, keys = FakeCounterRepository(), CounterKeys(A_SECRET_KEY)
        limiter = MailLimiter(counters=counters, keys=keys, limits=Limits(), clock=FakeClock())
        for to, proved in (("proved", True), ("unproved", False)):
            counters.storage.counters.clear()
            await limiter.allows_mail("ann@example.com", user_id=UserId(7), proved=proved)
            windows = ("0:01:00", "1:00:00", "1 day, 0:00:00")
            assert set(counters.storage.counters) == {
                keys("mails of an account", to, "7"),
                *(keys(f"mails to an address in {window}", to, "ann@example.com") for window in windows),
            }

    async def test_key_of_the_sending_budget_is_stable_across_versions(self) -> None:
        counters, keys = FakeCounterRepository(), CounterKeys(A_SECRET_KEY)
        limit = RateLimit(1, timedelta(minutes=1))
        budget = SendingBudget(counters=counters, keys=keys, limit=limit, clock=FakeClock())
        await budget(OutboxKind.NOTICE)
        expected = {keys("sent messages"), keys("sent messages that recover no account")}
        assert set(counters.storage.counters) == expected


class TestSecretKeyChange:
    """Counters survive a change of the secret key while the older key is still configured."""

    KEYS = CounterKeys(SecretKey(b"another secret key of 32 bytes!!"), A_SECRET_KEY)

    def changed(self, app: RateLimitedApplication) -> LogIn:
        return replace(app.log_in, rate_limiter=replace(app.rate_limiter, keys=self.KEYS))

    async def test_locked_account_stays_locked(self, app: RateLimitedApplication) -> None:
        app.storage.counters[app.rate_limiter.keys("strangers", "santosh")] = Counter(100, LOCKED_FOREVER)
        client = ClientInfo("a browser", "192.0.2.1")
        with pytest.raises(InvalidCredentials):
            await self.changed(app)(username="santosh", password="sntsh", client=client)

    async def test_mails_count_under_the_older_key(self) -> None:
        counters, clock = FakeCounterRepository(), FakeClock()
        limiter = MailLimiter(counters=counters, keys=CounterKeys(A_SECRET_KEY), limits=Limits(), clock=clock)
        assert await limiter.allows_mail("ann@example.com", user_id=None, proved=False)
        assert not await replace(limiter, keys=self.KEYS).allows_mail(
            "ann@example.com", user_id=None, proved=False
        )

    async def test_unlocking_resets_the_counter_of_the_older_key(self, app: RateLimitedApplication) -> None:
        app.storage.counters[app.rate_limiter.keys("strangers", "santosh")] = Counter(100, LOCKED_FOREVER)
        limiter = replace(app.rate_limiter, keys=self.KEYS)
        await replace(app.unlock_user, rate_limiter=limiter)(username="santosh")
        client = ClientInfo("a browser", "192.0.2.1")
        assert await self.changed(app)(username="santosh", password="sntsh", client=client)

    async def test_known_device_unlocks_the_counter_of_the_older_key(
        self, app: RateLimitedApplication
    ) -> None:
        token = (await app.guess("sntsh")).device_token
        app.storage.counters[app.rate_limiter.keys("strangers", "santosh")] = Counter(100, LOCKED_FOREVER)
        log_in, client = self.changed(app), ClientInfo("a browser", "192.0.2.1")
        assert await log_in(username="santosh", password="sntsh", client=client, device_token=token)
        assert await log_in(username="santosh", password="sntsh", client=client)
