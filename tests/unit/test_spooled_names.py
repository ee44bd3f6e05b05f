import pytest
from tests.contracts.name_ledger import NameLedgerContract

from fastauth.adapters.seen_usernames import SpooledNameLedger


class TestSpooledNameLedger(NameLedgerContract):
    @pytest.fixture
    def open_ledger(self) -> type[SpooledNameLedger]:
        return SpooledNameLedger
