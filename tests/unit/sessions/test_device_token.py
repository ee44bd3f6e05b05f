"""Device tokens."""

from datetime import UTC, datetime, timedelta

from tests.application import A_SECRET_KEY
from tests.builders import a_username

from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.device_token import DeviceTokens

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class TestDeviceToken:
    MINT = DeviceTokens(A_SECRET_KEY)

    def read(self, token: str | None, name: str = "santosh", *, now: datetime = NOW) -> str | None:
        return self.MINT.verify(token, a_username(name), now=now)

    def test_valid_for_its_username_only(self) -> None:
        token = self.MINT.issue(a_username("santosh"), now=NOW)
        assert self.read(token, "SANTOSH")
        assert self.read(token, "ann") is None
        assert "santosh" not in token

    def test_format_is_stable_across_versions(self) -> None:
        token = "fa_dev_AAECAwQFBgcICQoLDA1RK5puCz-Kf7zaDvIm4jA3mIQtGqNS5LifzMFegwwQlsO_"
        assert self.read(token) == bytes(range(14)).hex()

    def test_rejects_format_without_date(self) -> None:
        assert self.read("fa_dev_AAECAwQFBgcICQoLDA0OD8J9_y0AEm0a8oetjYWVBYgl-0AWQHiNxJ8BJ0ViPWFx") is None

    def test_expires_after_180_days(self) -> None:
        token = self.MINT.issue(a_username(), now=NOW)
        midnight = NOW.replace(hour=0) + timedelta(days=180)
        assert self.read(token, now=midnight - timedelta(microseconds=1))
        assert self.read(token, now=midnight) is None
        assert self.read(token, now=NOW - timedelta(days=1))  # another process's clock is behind

    def test_renewal_keeps_device_id(self) -> None:
        token = self.MINT.issue(a_username(), now=NOW)
        later = NOW + timedelta(days=100)
        renewed = self.MINT.issue(a_username(), device=self.read(token), now=later)
        assert renewed != token
        assert self.read(renewed, now=NOW + timedelta(days=250)) == self.read(token)

    def test_device_ids_are_unique(self) -> None:
        name = a_username()
        first, second = self.MINT.issue(name, now=NOW), self.MINT.issue(name, now=NOW)
        assert self.read(first) != self.read(second)

    def test_rejects_any_modification(self) -> None:
        """R39 (CVE-2026-27840 (Zitadel); CWE-345): a part of a token is taken for the token."""
        token = self.MINT.issue(a_username(), now=NOW)
        for index in range(len(token)):
            for edited in (token[:index], token[:index] + "~" + token[index + 1 :], token[index:] + "="):
                assert self.read(edited) is None
            other = "A" if token[index] != "A" else "B"
            assert self.read(token[:index] + other + token[index + 1 :]) is None
        assert self.read(None) is None

    def test_older_secret_key_still_verifies(self) -> None:
        name, new = a_username(), SecretKey(b"another secret key of 32 bytes!!")
        token = self.MINT.issue(name, now=NOW)
        assert DeviceTokens(new, A_SECRET_KEY).verify(token, name, now=NOW)
        assert DeviceTokens(new).verify(token, name, now=NOW) is None
