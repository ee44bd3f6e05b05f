"""``fastauth import``, as an operator types it."""

import json
import os
import signal
from pathlib import Path

import pytest
from tests.harness.adopted_hashes import ADOPTED, DAMAGED, HOSTILE, PASSWORD
from tests.harness.commands import execute, fastauth, rows, start, use
from tests.harness.processes import wait_until
from tests.harness.service import DEADLINE, Service
from tests.harness.tables import row

from fastauth.application.accounts.import_users import BATCH_SIZE

HASH = ADOPTED["tutorial"]
HEADER = "username,fullname,password_hash,is_active\n"
COUNT = "SELECT count(*) FROM user_info"


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> str:
    use(monkeypatch, tmp_path, database_url)
    return database_url


@pytest.fixture
def users(tmp_path: Path) -> Path:
    return tmp_path / "users"


class TestImport:
    def test_imported_users_can_log_in(self, url: str, users: Path) -> None:
        users.write_text(
            "\n".join(json.dumps({"email": n, "hashed_password": h}) for n, h in ADOPTED.items())
        )
        assert fastauth("import", str(users)).exit_code == 0
        with Service(url) as service, service.client() as client:
            for name in ADOPTED:
                assert client.log_in({"username": name, "password": PASSWORD}).status_code == 201

    def test_rejects_unverifiable_hashes_without_showing_them(self, url: str, users: Path) -> None:
        refused = HOSTILE | DAMAGED
        del refused["half-a-hash"]  # for all that can be seen it is a whole one with a shorter tag
        users.write_text("\n".join(json.dumps({"username": n, "password": h}) for n, h in refused.items()))
        result = fastauth("import", str(users), "--report", "report")
        assert result.exit_code == 1
        assert rows(url, COUNT) == [(0,)]
        assert f"rejected                  {len(refused)}" in result.output
        shown = result.output + Path("report").read_text()
        assert not any(encoded in shown for encoded in refused.values() if len(encoded) > 1)

    def test_django_fixture_keeps_disabled_accounts(self, url: str, users: Path) -> None:
        fields = {"password": ADOPTED["pbkdf2_sha256"], "first_name": "Ann", "last_name": "Lee"}
        people = [
            fields | {"username": "ann", "is_active": True},
            fields | {"username": "bob", "is_active": False},
        ]
        users.write_text(json.dumps([{"model": "auth.user", "pk": 1, "fields": each} for each in people]))
        assert fastauth("import", str(users)).exit_code == 0
        found = rows(url, "SELECT username, fullname, disabled_at IS NULL FROM user_info ORDER BY username")
        assert found == [("ann", "Ann Lee", True), ("bob", "Ann Lee", False)]

    def test_dry_run_stores_nothing(self, url: str, users: Path) -> None:
        users.write_text(f"{HEADER}ann,Ann,{HASH},t\nbob,Bob,sntsh,t\n")
        result = fastauth("import", str(users), "--dry-run")
        assert (result.exit_code, rows(url, COUNT)) == (1, [(0,)])
        assert "would be imported" in result.output
        assert "line 3: password: Must be a supported password hash." in result.output
        assert "sntsh" not in result.output

    def test_existing_accounts_are_unchanged(self, url: str, users: Path) -> None:
        users.write_text(f"{HEADER}ann,Ann,{HASH},t\n")
        assert fastauth("import", str(users)).exit_code == 0
        before = rows(url, "SELECT * FROM user_info")
        users.write_text(f"{HEADER}ANN,Somebody,{HASH},f\n")
        assert fastauth("import", str(users)).exit_code == 0
        users.write_text(f"{HEADER}ann,Somebody,{ADOPTED['bcrypt']},t\n")
        result = fastauth("import", str(users))
        assert result.exit_code == 1
        assert (
            "line 2: username: An account has this name with another password, or as its e-mail address."
            in result.output
        )
        assert rows(url, "SELECT * FROM user_info") == before

    def test_reports_every_rejection(self, url: str, users: Path) -> None:
        users.write_text(HEADER + f"ann,Ann,{HASH},t\n" * 1_500)
        result = fastauth("import", str(users), "--report", "report")
        *refusals, sums = map(json.loads, Path("report").read_text().splitlines())
        assert [refusal["line"] for refusal in refusals] == list(range(3, 1_502))
        assert refusals[0]["rejected"][0] == {
            "field": "username", "code": "duplicate", "detail": "Same username as record 2.",
        }  # fmt: skip
        assert sums == {
            "imported": 1,
            "exists": 0,
            "skipped": 0,
            "rejected": 1_499,
            "dry_run": False,
        }
        assert result.stderr.count("\n") == 21
        assert rows(url, COUNT) == [(1,)]

    def test_unreadable_file_is_one_line(self, url: str, users: Path) -> None:
        for content, message in (
            (b"", "line 1: none of its columns is username or email"),
            (b"name,password\n", "line 1: none of its columns is username or email"),
            (HEADER.encode("utf-16"), "the file is empty"),
            (HEADER.encode(), "the file is empty"),
            (b"[]", "the file is empty"),
        ):
            with row(content):
                users.write_bytes(content)
                result = fastauth("import", str(users))
                assert (result.exit_code, result.output) == (1, f"fastauth: {users}: {message}\n")
                assert rows(url, COUNT) == [(0,)]

    def test_file_without_accounts_fails(self, url: str, users: Path) -> None:
        group = {"model": "auth.group", "pk": 1, "fields": {"name": "staff"}}
        users.write_text(json.dumps([group]))
        for more in ([], ["--dry-run"]):
            result = fastauth("import", str(users), *more)
            assert result.exit_code == 1
            assert f"fastauth: {users}: no account found, nothing imported" in result.stderr
        account = {"model": "accounts.account", "pk": 5, "fields": {"email": "ann", "password": HASH}}
        users.write_text(json.dumps([group, account]))
        assert fastauth("import", str(users), "--model", "auth.user").exit_code == 1
        assert fastauth("import", str(users)).exit_code == 0
        assert fastauth("import", str(users)).exit_code == 0
        assert rows(url, COUNT) == [(1,)]

    def test_reports_old_and_new_ids(self, url: str, users: Path) -> None:
        content = f"id,username,password,bio\n6,zoe ,{HASH},x\n5,ann,{HASH},x\n7,z oe,{HASH},x\n"
        for outcome in ("imported", "exists"):
            users.write_text(content)
            result = fastauth("import", str(users), "--report", "report")
            *reported, refused, sums = map(json.loads, Path("report").read_text().splitlines())
            ids = dict(rows(url, "SELECT username, id FROM user_info"))
            assert reported == [
                {"line": 2, "old_id": "6", "id": ids["zoe"], "outcome": outcome},
                {"line": 3, "old_id": "5", "id": ids["ann"], "outcome": outcome},
            ]
            assert (refused["line"], refused["old_id"]) == (4, "7")
            assert (sums["columns_not_read"], sums["trimmed"]) == (["bio"], 1)
            assert "columns not read: bio" in result.stderr
            assert "white space around values removed in 1 entry" in result.stderr

    def test_disabled_account_stays_disabled(self, url: str, users: Path) -> None:
        marks = [("enabled", False), ("banned_until", "2099-01-01"), ("Status", "suspended"), ("isActive", 0)]
        people = [
            {"username": f"ann{n}", "password": HASH, name: value} for n, (name, value) in enumerate(marks)
        ]
        unclear = {"username": "bob", "password": HASH, "ban_reason": "spam"}
        users.write_text("\n".join(map(json.dumps, [*people, unclear])))
        result = fastauth("import", str(users))
        assert "line 5: ban_reason: May mean that the account is disabled" in result.stderr
        assert rows(url, "SELECT count(*) FROM user_info WHERE disabled_at IS NULL") == [(0,)]
        assert rows(url, COUNT) == [(len(marks),)]
        assert fastauth("import", str(users), "--ignore-column", "Ban Reason").exit_code == 0
        assert rows(url, COUNT) == [(len(marks) + 1,)]

    def test_columns_named_by_operator(self, url: str, users: Path) -> None:
        users.write_text(f"kennung,geheim,weg\nann,{HASH},1\n")
        named = [f"--column={each}" for each in ("username=Kennung", "password=geheim", "disabled=weg")]
        assert fastauth("import", str(users), *named).exit_code == 0
        assert rows(url, "SELECT username, disabled_at IS NULL FROM user_info") == [("ann", False)]
        for wrong in ("nonsense=x", "username", "username="):
            result = fastauth("import", str(users), "--column", wrong)
            assert result.exit_code == 2
            assert "must be FIELD=NAME" in result.output

    def test_truncated_file_keeps_earlier_accounts(self, url: str, users: Path) -> None:
        entry = json.dumps({"username": "ann{}", "password": HASH})
        people = ", ".join(entry.replace("{}", str(number)) for number in range(BATCH_SIZE + 500))
        users.write_text(f"[{people}, ")
        result = fastauth("import", str(users))
        assert result.exit_code == 1
        assert f"entry {BATCH_SIZE + 500}: the file ends here" in result.stderr
        assert f"imported  {BATCH_SIZE}" in result.stdout
        assert rows(url, COUNT) == [(BATCH_SIZE,)]

    def test_unmigrated_database_fails(self, url: str, users: Path) -> None:
        execute(url, "DROP TABLE browser_session")
        execute(url, "DROP TABLE session")
        execute(url, "ALTER TABLE user_info RENAME TO elsewhere")
        users.write_text(f"{HEADER}ann,Ann,{HASH},t\n")
        result = fastauth("import", str(users))
        assert (result.exit_code, result.stderr) == (
            1, "fastauth: the database schema is behind; run: fastauth migrate\n",
        )  # fmt: skip


class TestInterruption:
    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
    def test_stores_whole_batches_and_can_be_repeated(
        self, url: str, users: Path, how: signal.Signals
    ) -> None:
        people = [f"ann{number},Ann,{HASH},t\n" for number in range(2 * BATCH_SIZE)]
        os.mkfifo("pipe")
        Path("output").touch()
        process = start("import", "-", url=url, stdin="pipe", output="output")
        with open(os.open("pipe", os.O_RDWR), "w") as pipe:  # noqa: PTH123  a path would wait for the process
            pipe.write(HEADER + "".join(people[:BATCH_SIZE]))
            pipe.flush()
            wait_until(lambda: rows(url, COUNT) == [(BATCH_SIZE,)], "no batch is stored", deadline=DEADLINE)
            pipe.write("".join(people[BATCH_SIZE:-1]))  # more than the pipe holds: once it is written, the
            pipe.flush()  # command reads the next batch, and has counted the first one
            process.send_signal(how)
        assert process.wait(DEADLINE) != 0
        if how is signal.SIGINT:
            *counts, said = Path("output").read_text().splitlines()
            assert said == "fastauth: interrupted; run the same command again to continue"
            assert [line.split()[0] for line in counts] == ["imported", "exists", "skipped", "rejected"]
        assert rows(url, COUNT) == [(BATCH_SIZE,)]

        users.write_text(HEADER + "".join(people))
        result = fastauth("import", str(users))
        assert result.exit_code == 0
        assert f"imported  {BATCH_SIZE}" in result.output
        assert f"exists    {BATCH_SIZE}" in result.output
        assert rows(url, COUNT) == [(2 * BATCH_SIZE,)]
