"""The register has every column of every table, and says what the tables do."""

from sqlalchemy import Table
from tests.harness.tables import row

from fastauth.adapters.sql.database.types import metadata
from fastauth.domain.personal_data.column import Cleared, DataClass, Deleted, Kept, LegalBasis
from fastauth.domain.personal_data.register import REGISTER

COLUMNS = [(table, column) for table in REGISTER for column in table.columns]


def cascades_from_accounts(table: Table) -> bool:
    """Return whether the rows of a table go with the row of the account."""
    return table.name == "user_info" or any(
        key.ondelete == "CASCADE" and cascades_from_accounts(key.column.table) for key in table.foreign_keys
    )


class TestRegister:
    def test_has_every_column_of_every_table(self) -> None:
        columns = [f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.c]
        registered = [f"{table.name}.{column.name}" for table, column in COLUMNS]
        assert sorted(registered) == sorted(columns), "see fastauth/domain/personal_data/register"

    def test_rows_that_are_deleted_cascade_from_the_account(self) -> None:
        for table in REGISTER:
            with row(table):
                stored = metadata.tables[table.name]
                assert isinstance(table.on_erase, Deleted) == cascades_from_accounts(stored)
                assert table.subject is None or table.subject in stored.c

    def test_columns_that_are_cleared_can_be_null(self) -> None:
        cleared = [(table, column) for table, column in COLUMNS if isinstance(column.on_erase, Cleared)]
        assert [
            f"{table.name}.{column.name}"
            for table, column in cleared
            if not metadata.tables[table.name].c[column.name].nullable or table.subject is None
        ] == []
        assert cleared

    def test_exports_no_secret_and_no_digest(self) -> None:
        """A personal value that is kept from its person is a digest, or relates to another person."""
        for table, column in COLUMNS:
            if column.exported:
                assert column.data_class is not DataClass.SECRET, column
                assert "digest" not in column.contents, column
                assert "encrypted" not in column.contents, column
                assert table.subject, column
            elif column.data_class is DataClass.PERSONAL:
                assert column.withheld, column

    def test_keeps_personal_values_for_a_reason(self) -> None:
        for table, column in COLUMNS:
            if column.data_class is DataClass.PERSONAL:
                assert table.basis is not LegalBasis.NOT_PERSONAL, column
            if isinstance(fate := table.fate(column), Kept):
                assert fate.reason, column
