"""What a `NameLedger` promises."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import pytest

from fastauth.domain.accounts.ports import NameLedger


class NameLedgerContract(ABC):
    @abstractmethod
    @pytest.fixture
    def open_ledger(self) -> Callable[[], NameLedger]: ...

    def test_knows_where_a_name_was_first(self, open_ledger: Callable[[], NameLedger]) -> None:
        with open_ledger() as ledger:
            asked = [("ann", 1), ("bob", 2), ("ann", 3), ("zoë", 4), ("ann", 5), ("zoë", 6)]
            assert [ledger.first_place(*each) for each in asked] == [1, 2, 1, 4, 1, 4]

    def test_begins_without_names(self, open_ledger: Callable[[], NameLedger]) -> None:
        for place in (1, 2):
            with open_ledger() as ledger:
                assert ledger.first_place("ann", place) == place
