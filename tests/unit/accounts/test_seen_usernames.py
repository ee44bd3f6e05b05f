import pytest
from tests.contracts.accounts.seen_usernames import NameLedgerContract

from fastauth.adapters.seen_usernames import SpooledNameLedger


class TestSpooledNameLedger(NameLedgerContract):
    @pytest.fixture
    def open_ledger(self) -> type[SpooledNameLedger]:
        return SpooledNameLedger
