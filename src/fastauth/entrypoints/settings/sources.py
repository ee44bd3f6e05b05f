"""The sources of settings: the environment, ``.env`` and the secrets directory.

A file that cannot be read, is not UTF-8 or has a line that is not an assignment is reported with its name
and the line. No message contains a value.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Self

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from fastauth.entrypoints.settings.renamed import RENAMED
from fastauth.entrypoints.settings.service_links import is_service_link

PREFIX = "FASTAUTH_"
TEST_PREFIX = "FASTAUTH_TEST_"
SECRETS_DIRECTORY = "FASTAUTH_SECRETS_DIR"
DEFAULT_SECRETS_DIRECTORY = "/run/secrets"
ENV_FILE = ".env"

MAX_FILE_BYTES = 65_536
"""Maximum size of one file. The longest useful setting has less than 4 KiB."""


class UnreadableFile(Exception):
    """A file cannot be read as text. The message names it and says why."""


@dataclass(frozen=True, slots=True)
class Source:
    """The settings of one source."""

    path: Path | None
    """The file, or ``None`` for the environment."""
    values: Mapping[str, str] = field(repr=False)
    """Values by the name of the setting in upper case."""
    permissions: int = 0
    """Permission bits of the file."""
    spellings: frozenset[str] = frozenset()
    """The names as they are spelt in the source."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources, in the order of precedence."""

    given: tuple[Source, ...] = ()
    problems: tuple[str, ...] = ()
    service_links: tuple[str, ...] = ()
    """Names of ignored variables that Kubernetes created."""

    @classmethod
    def read(cls, known: frozenset[str]) -> Self:
        """Read the settings of this process. `known` has the names of all settings."""
        problems: list[str] = []
        links = {name for name, value in os.environ.items() if is_service_link(name.upper(), value)}
        environment = {name: value for name, value in os.environ.items() if name not in links}
        given = [_source(None, environment)]
        try:
            given += _env_file(Path(ENV_FILE), problems)
            given += _secrets(given, problems)
        except (UnreadableFile, OSError) as error:
            problems.append(_reason(error))
        names = {name for source in given for name in source.spellings}
        problems += [
            _refusal(name) for name in sorted(names) if name.upper() not in known | {SECRETS_DIRECTORY}
        ]
        kept = tuple(source for source in given if source.values)
        return cls(kept, tuple(problems), tuple(map(_printable, sorted(links))))

    @property
    def values(self) -> dict[str, str]:
        """The value of each setting, from the first source that has it."""
        return {name: value for source in reversed(self.given) for name, value in source.values.items()}

    @property
    def given_twice(self) -> list[str]:
        """Names of settings that have different values in two sources."""
        values = self.values
        sources = [source.values for source in self.given]
        return sorted(
            name
            for name, value in values.items()
            if any(name in each and each[name].strip() != value.strip() for each in sources)
        )


def _refusal(name: str) -> str:
    """Return why a name is refused that no setting has."""
    if new_name := RENAMED.get(name.upper()):
        return f"{_printable(name)} is now {new_name}"
    return f"{_printable(name)} is not a setting of fastauth"


def _source(path: Path | None, values: Mapping[str, str | None], permissions: int = 0) -> Source:
    ours = {name: value for name, value in values.items() if value is not None and _is_ours(name)}
    by_name = {name.upper(): value for name, value in ours.items()}
    return Source(path, by_name, permissions, frozenset(ours))


def _is_ours(name: str) -> bool:
    upper = name.upper()
    return upper.startswith(PREFIX) and not upper.startswith(TEST_PREFIX)


def _env_file(path: Path, problems: list[str]) -> Iterator[Source]:
    if not os.path.lexists(path) or path.is_dir():  # a virtual environment may have that name
        return
    text, permissions = _text(path)
    lines = [
        binding.original.line + _lines_before(binding.original.string)
        for binding in parse_stream(StringIO(text))
        if binding.error or (binding.key and _is_ours(binding.key) and binding.value is None)
    ]
    if lines:
        problems += [f"{path} line {line} is not NAME=value" for line in lines]
    else:
        yield _source(path, dotenv_values(stream=StringIO(text)), permissions)


def _lines_before(statement: str) -> int:
    """Return how many empty lines a parsed statement of ``.env`` begins with."""
    blank = statement[: len(statement) - len(statement.lstrip())]
    return len(re.findall(r"\r\n|\n|\r", blank))


def _secrets(before: Iterable[Source], problems: list[str]) -> Iterator[Source]:
    named = next((v for each in before for n, v in each.values.items() if n == SECRETS_DIRECTORY), "").strip()
    directory = Path(named or DEFAULT_SECRETS_DIRECTORY)
    if not directory.is_dir():
        if named:
            problems.append(f"{SECRETS_DIRECTORY} is not a directory")
        return
    for path in sorted(directory.iterdir()):
        if not _is_ours(path.name):
            continue
        shown = f"the file {_printable(path.name)} of the secrets directory"
        try:
            text, permissions = _text(path, shown)
        except (UnreadableFile, OSError) as error:
            problems.append(_reason(error, shown))
        else:
            yield _source(path, {path.name: text.strip()}, permissions)


def _text(path: Path, shown: str | None = None) -> tuple[str, int]:
    """Return the text of a file and its permission bits.

    Raises:
        UnreadableFile: The file is not UTF-8, or too long.
        OSError: The file cannot be opened.
    """
    shown = shown or str(path)
    with path.open("rb") as file:
        permissions = os.fstat(file.fileno()).st_mode & 0o777
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableFile(f"{shown} is longer than {MAX_FILE_BYTES} bytes")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content:
        raise UnreadableFile(f"{shown} line 1 is not UTF-8 (it looks like UTF-16); save the file as UTF-8")
    try:
        return content.decode("utf-8-sig"), permissions
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableFile(f"{shown} line {line} is not UTF-8; save the file as UTF-8") from None


def _reason(error: Exception, shown: str = "") -> str:
    if isinstance(error, OSError):
        return f"{shown or error.filename or ENV_FILE} cannot be read ({type(error).__name__})"
    return str(error)


def _printable(name: str) -> str:
    """Return a name of at most 80 characters, with ``?`` for each that no setting has."""
    return re.sub(r"[^A-Za-z0-9_]", "?", name)[:80]
