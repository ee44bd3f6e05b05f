"""After `ResealColumns` the previous secret key is not needed."""

import pytest
from tests.fakes import FakeSealedColumn, FakeSecretBox

from fastauth.application.secret_box.reseal_columns import BATCH_SIZE, ResealColumns, ResealedColumn
from fastauth.domain.secret_box import SealedTextUnreadable, SealedValue

BEFORE, BETWEEN, AFTER = FakeSecretBox("old"), FakeSecretBox("new", "old"), FakeSecretBox("new")


def a_column(name: str, texts: list[str], box: FakeSecretBox = BEFORE) -> FakeSealedColumn:
    values = {number: box.seal(text, purpose=name) for number, text in enumerate(texts)}
    return FakeSealedColumn(name, purpose=name, values=values)


def texts_of(column: FakeSealedColumn, box: FakeSecretBox) -> list[str]:
    return [box.open(sealed, purpose=column.purpose) for _, sealed in sorted(column.values.items())]


class TestResealColumns:
    async def test_previous_key_is_not_needed_any_more(self) -> None:
        texts = [f"secret {number}" for number in range(2 * BATCH_SIZE + 1)]
        many, one, none = a_column("many", texts), a_column("one", ["a secret"]), a_column("none", [])
        with pytest.raises(SealedTextUnreadable):
            texts_of(many, AFTER)
        reseal = ResealColumns(columns=[many, one, none], secret_box=BETWEEN)
        assert await reseal() == [
            ResealedColumn("many", len(texts), 0),
            ResealedColumn("one", 1, 0),
            ResealedColumn("none", 0, 0),
        ]
        assert texts_of(many, AFTER) == texts
        assert texts_of(one, AFTER) == ["a secret"]

    async def test_second_run_changes_nothing(self) -> None:
        column = a_column("mail", ["a secret"])
        reseal = ResealColumns(columns=[column], secret_box=BETWEEN)
        await reseal()
        before = dict(column.values)
        assert await reseal() == [ResealedColumn("mail", 0, 0)]
        assert column.values == before

    async def test_unreadable_text_is_left_and_counted(self) -> None:
        column = a_column("mail", ["a secret", "another one", "a third"])
        column.values[0] = column.values[1] = lost = FakeSecretBox("lost").seal("lost", purpose="mail")
        reseal = ResealColumns(columns=[column], secret_box=BETWEEN)
        assert await reseal() == [ResealedColumn("mail", 1, 2)]
        assert (column.values[0], column.values[1]) == (lost, lost)
        assert AFTER.open(column.values[2], purpose="mail") == "a third"

    async def test_text_of_the_newest_key_is_left(self) -> None:
        """It was written after the new key was configured; the ones after it are resealed."""
        column = a_column("mail", ["a secret", "another one"])
        column.values[0] = new = AFTER.seal("a secret", purpose="mail")
        reseal = ResealColumns(columns=[column], secret_box=BETWEEN)
        assert await reseal() == [ResealedColumn("mail", 1, 0)]
        assert column.values[0] == new
        assert texts_of(column, AFTER) == ["a secret", "another one"]

    async def test_row_that_changes_meanwhile_is_not_overwritten(self) -> None:
        """A mail that was delivered between the read and the write must not come back."""

        class Delivered(FakeSealedColumn):
            async def replace(self, value: SealedValue, sealed: str) -> bool:
                self.values.pop(0, None)
                return await super().replace(value, sealed)

        column = Delivered("mail", purpose="mail", values=a_column("mail", ["sent", "waiting"]).values)
        assert await ResealColumns(columns=[column], secret_box=BETWEEN)() == [ResealedColumn("mail", 1, 0)]
        assert texts_of(column, AFTER) == ["waiting"]
