"""JSON arrays as Django's dumpdata writes them."""

import json

import pytest
from tests.component.import_formats.reading import (
    DJANGO_FIELDS,
    django_fixture,
    error_codes,
    read,
    read_one,
)

from fastauth.application.accounts.import_record import ImportRecord, ImportResult, Outcome
from fastauth.entrypoints.import_formats import UnreadableFile
from fastauth.entrypoints.import_formats.text_lines import MAX_RECORD_BYTES


class TestDjangoFixture:
    @pytest.mark.parametrize("indent", [None, 2])
    def test_dumpdata_output(self, indent: int | None) -> None:
        other = django_fixture({"name": "staff", "permissions": []}, model="auth.group")
        content = json.dumps([*other, *django_fixture(DJANGO_FIELDS)], indent=indent)
        skipped, ann = read(content)
        assert skipped == ImportResult(1, Outcome.SKIPPED)
        assert ann == ImportRecord(
            position=2, old_id="0", username="ann", fullname="Ann Lee", password_hash="pbkdf2_sha256$ann"
        )
        lines = "\n".join(json.dumps(each) for each in [*other, *django_fixture(DJANGO_FIELDS)])
        assert read(lines) == [skipped, ann]

    def test_custom_user_model(self) -> None:
        content = json.dumps(django_fixture({"email": "ann", "password": "x"}, model="accounts.CustomUser"))
        assert read_one(content).username == "ann"
        content = json.dumps(django_fixture({"email": "ann", "password": "x"}, model="accounts.account"))
        assert read_one(content).username == "ann"
        assert read_one(content, model="Accounts.Account").username == "ann"
        assert read(content, model="auth.user") == [ImportResult(1, Outcome.SKIPPED)]

    def test_large_file(self) -> None:
        people = [DJANGO_FIELDS | {"username": f"ann{number}", "first_name": "名"} for number in range(2_000)]
        content = json.dumps(django_fixture(*people), ensure_ascii=False)
        assert len(content) > 8 * MAX_RECORD_BYTES
        names = [entry.username for entry in read(content) if isinstance(entry, ImportRecord)]
        assert names == [f"ann{number}" for number in range(2_000)]

    @pytest.mark.parametrize("content", ["[]", " [ ] ", "[\n]\n"])
    def test_empty_array(self, content: str) -> None:
        assert read(content) == []

    def test_continues_after_non_object(self) -> None:
        assert error_codes(f"[1, {json.dumps(DJANGO_FIELDS)}, null]") == [
            (1, "entry", "not_an_object"),
            (3, "entry", "not_an_object"),
        ]

    @pytest.mark.parametrize(
        ("rest", "message"),
        [
            (b"", "entry 1: the file ends here"),
            (b", ", "entry 1: the file ends here"),
            (b", {", "entry 2: it is not JSON"),
            (b", x]", "entry 2: it is not JSON"),
            (b", {'a': 1}]", "entry 2: it is not JSON"),
            (b", " + b"[" * 60_000, "entry 2: it is not JSON"),
            (b', {"x": "' + b"x" * 3 * MAX_RECORD_BYTES + b'"}]', "entry 2: it is not JSON, is longer"),
            (b', {"x": "\xff"}]', "it is not UTF-8"),
        ],
    )
    def test_unreadable_json(self, rest: bytes, message: str) -> None:
        with pytest.raises(UnreadableFile, match=message):
            read(b"[" + json.dumps(DJANGO_FIELDS).encode() + rest)
