"""What a `SeenUsernames` promises."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import pytest

from fastauth.domain.accounts.ports import SeenUsernames


class SeenUsernamesContract(ABC):
    @abstractmethod
    @pytest.fixture
    def open_seen_usernames(self) -> Callable[[], SeenUsernames]: ...

    def test_first_position(self, open_seen_usernames: Callable[[], SeenUsernames]) -> None:
        with open_seen_usernames() as seen:
            asked = [("ann", 1), ("bob", 2), ("ann", 3), ("zoë", 4), ("ann", 5), ("zoë", 6)]
            assert [seen.first_position(*each) for each in asked] == [1, 2, 1, 4, 1, 4]

    def test_starts_empty(self, open_seen_usernames: Callable[[], SeenUsernames]) -> None:
        for position in (1, 2):
            with open_seen_usernames() as seen:
                assert seen.first_position("ann", position) == position
