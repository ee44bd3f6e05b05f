import pytest
from tests.contracts.accounts.seen_usernames import SeenUsernamesContract

from fastauth.adapters.seen_usernames import TempFileSeenUsernames


class TestTempFileSeenUsernames(SeenUsernamesContract):
    @pytest.fixture
    def open_seen_usernames(self) -> type[TempFileSeenUsernames]:
        return TempFileSeenUsernames
