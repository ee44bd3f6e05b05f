"""Times in mails."""

import time
from datetime import UTC, datetime

import pytest

from fastauth.domain.mail.template import show_time


class TestShowTime:
    def test_is_utc_in_any_local_time_zone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patch:
            patch.setenv("TZ", "Asia/Tokyo")
            time.tzset()
            assert show_time(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01 00:00 UTC"
        time.tzset()
