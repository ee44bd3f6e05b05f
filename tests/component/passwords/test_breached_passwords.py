"""The file of breached passwords, and its settings."""

from hashlib import sha1
from pathlib import Path

import pytest
from tests.container_pool import a_container
from tests.harness.editions import size

from fastauth.adapters.passwords import BreachedPasswords
from fastauth.domain.errors import InvalidInput
from fastauth.entrypoints.settings import Settings, SettingsError

PASSWORDS = [f"p{number}" for number in range(size(100, 300))] + ["", "ß", "密码密码", "x" * 700, "a b"]


def hashed(password: str) -> str:
    return sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def a_file(directory: Path, lines: list[bytes], *, end: bytes = b"\n", last: bytes = b"\n") -> Path:
    path = directory / "breached.txt"
    path.write_bytes(end.join(lines) + last)
    return path


class TestBreachedPasswords:
    @pytest.mark.parametrize(
        ("end", "last"), [(b"\n", b"\n"), (b"\n", b""), (b"\r\n", b"\r\n"), (b"\r\n", b"")]
    )
    @pytest.mark.parametrize("form", ["{hash}:7", "{hash}", "{lower}:12345678", "{password}"])
    def test_contains_exactly_the_passwords_in_the_file(
        self, tmp_path: Path, form: str, end: bytes, last: bytes
    ) -> None:
        lines = [
            form.format(hash=hashed(each), lower=hashed(each).lower(), password=each).encode()
            for each in PASSWORDS
        ]
        breached = BreachedPasswords(a_file(tmp_path, sorted(lines), end=end, last=last))
        assert [each for each in PASSWORDS if each not in breached] == []
        others = [f"{each}{mark}" for each in PASSWORDS for mark in ("!", "0 ", "\n", "\r")]
        assert [each for each in others if each in breached and each not in PASSWORDS] == []

    @pytest.mark.parametrize("number", [1, 2, 3, 64, 65])
    def test_finds_first_and_last_line_of_files_of_any_length(self, tmp_path: Path, number: int) -> None:
        passwords = sorted(f"{each * 999_983 % 10**6:x}" for each in range(number))
        breached = BreachedPasswords(a_file(tmp_path, [each.encode() for each in passwords]))
        assert [each in breached for each in [*passwords, "g", "~", ""]] == [True] * number + [False] * 3

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "is empty or not a regular file"),
            (b"zebra\nant\n", "is not in byte order; sort it with: LC_ALL=C sort"),
            (
                b"8846F7EAEE8FB117AD06BDD830B7586C:5\n",
                "contains NTLM hashes; use the list of SHA-1 hashes",
            ),
        ],
    )
    def test_unusable_file_is_rejected(self, tmp_path: Path, content: bytes, reason: str) -> None:
        (path := tmp_path / "breached.txt").write_bytes(content)
        with pytest.raises(ValueError, match=f"^{reason}$"):
            BreachedPasswords(path)


class TestSettings:
    def test_missing_file_is_rejected(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FASTAUTH_PASSWORD_BREACH_FILE", str(tmp_path / "nowhere"))
        with pytest.raises(
            SettingsError, match=r"^FASTAUTH_PASSWORD_BREACH_FILE: cannot be read: No such file or directory$"
        ):
            Settings.load()

    @pytest.mark.parametrize(
        ("password", "code"),
        [("2026acme!", "too_guessable"), ("zürich1", "too_guessable"), ("Tr0ub4dor&3", "breached")],
    )
    def test_apply_to_new_passwords(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str, code: str
    ) -> None:
        path = a_file(tmp_path, [f"{hashed('Tr0ub4dor&3')}:11".encode()])
        monkeypatch.setenv("FASTAUTH_PASSWORD_BREACH_FILE", str(path))
        monkeypatch.setenv("FASTAUTH_PASSWORD_CONTEXT_WORDS", "Acme, Zu\u0308rich,")
        policy = a_container(settings=Settings.load()).password_policy()
        with pytest.raises(InvalidInput) as refused:
            policy.check(password)
        assert [each.code for each in refused.value.violations] == [code]
        policy.check("correct horse battery staple")
