"""One JSON object that contains the accounts."""

import json
from typing import Any, ClassVar

import pytest
from tests.component.import_formats.reading import (
    read,
    read_one,
)

from fastauth.application.accounts.import_record import ImportRecord
from fastauth.entrypoints.import_formats import UnreadableFile


class TestJsonObject:
    PEOPLE: ClassVar = [
        {"username": "ann", "password": "$2b$ann"},
        {"email": "bob", "passwordHash": "$2b$bob", "x": [1]},
    ]

    @pytest.mark.parametrize("indent", [None, 2])
    @pytest.mark.parametrize("around", [{}, {"realm": "x", "a": [1], "b": [], "c": {"d": [{}]}}])
    def test_array_of_accounts(self, indent: int | None, around: dict[str, Any]) -> None:
        content = json.dumps({**around, "users": self.PEOPLE, "more": 1}, indent=indent)
        names = [entry.username for entry in read(content) if isinstance(entry, ImportRecord)]
        assert names == ["ann", "bob"]
        assert read(json.dumps({**around, "users": []}, indent=indent)) == []

    def test_larger_than_one_record(self) -> None:
        people = [{"username": f"ann{number}", "password": "x" * 60} for number in range(5_000)]
        assert len(read(json.dumps({"users": people}))) == 5_000

    def test_indented_accounts(self) -> None:
        one, other = (json.dumps(person, indent=2) for person in self.PEOPLE)
        assert read_one(one).username == "ann"
        assert [entry.position for entry in read(f"{one}\n{other}\n")] == [1, 2]

    def test_truncated_file(self) -> None:
        for content in ('{\n"users": [', '{\n"users"', "{\n", '{\n"a": 1,\n"a": 2}', '{\n"a" 1}'):
            with pytest.raises(UnreadableFile, match=r"entry [01]: "):
                read(content)
