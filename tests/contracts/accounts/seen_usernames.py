"""What a `SeenUsernames` promises."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import pytest

from fastauth.domain.accounts.ports import SeenUsernames


class SeenUsernamesContract(ABC):
    @abstractmethod
    @pytest.fixture
    def open_ledger(self) -> Callable[[], SeenUsernames]: ...

    def test_knows_where_a_name_was_first(self, open_ledger: Callable[[], SeenUsernames]) -> None:
        with open_ledger() as ledger:
            asked = [("ann", 1), ("bob", 2), ("ann", 3), ("zoë", 4), ("ann", 5), ("zoë", 6)]
            assert [ledger.first_position(*each) for each in asked] == [1, 2, 1, 4, 1, 4]

    def test_begins_without_names(self, open_ledger: Callable[[], SeenUsernames]) -> None:
        for place in (1, 2):
            with open_ledger() as ledger:
                assert ledger.first_position("ann", place) == place
