"""Columns of the register by the class of their data."""

from fastauth.domain.personal_data.column import (
    Cleared,
    DataClass,
    DataColumn,
    DataTable,
    Deleted,
    Kept,
    LegalBasis,
    internal,
    personal,
    public,
    secret,
)

KEPT = Kept("the reason")


class TestColumns:
    def test_secret_is_never_exported(self) -> None:
        assert secret("a", "A secret", retention="a day", on_erase=KEPT) == DataColumn(
            name="a",
            data_class=DataClass.SECRET,
            contents="A secret",
            retention="a day",
            on_erase=KEPT,
            exported=False,
        )

    def test_personal_is_exported_unless_withheld(self) -> None:
        for withheld, exported in ((None, True), ("It is about others", False)):
            assert personal("a", "A name", retention="a day", on_erase=KEPT, withheld=withheld) == DataColumn(
                name="a",
                data_class=DataClass.PERSONAL,
                contents="A name",
                retention="a day",
                on_erase=KEPT,
                exported=exported,
                withheld=withheld,
            )

    def test_internal_is_exported_if_asked_for(self) -> None:
        assert not internal("a", "A time").exported
        assert internal("a", "A time", retention="a day", on_erase=KEPT, exported=True) == DataColumn(
            name="a",
            data_class=DataClass.INTERNAL,
            contents="A time",
            retention="a day",
            on_erase=KEPT,
            exported=True,
        )

    def test_public_goes_with_the_row(self) -> None:
        assert public("a", "A key") == DataColumn(
            name="a", data_class=DataClass.PUBLIC, contents="A key", retention=None, on_erase=None
        )


class TestFate:
    def test_column_has_that_of_its_row_or_its_own(self) -> None:
        cleared = secret("b", "B", on_erase=Cleared())
        table = DataTable(
            name="t",
            purpose="",
            basis=LegalBasis.CONTRACT,
            retention="",
            on_erase=Deleted(),
            columns=(secret("a", "A"), cleared),
        )
        assert [table.fate(each) for each in table.columns] == [Deleted(), Cleared()]
