"""The entries of the register: tables and their columns."""

from dataclasses import dataclass
from enum import StrEnum


class DataClass(StrEnum):
    """How a column is protected; docs/internals/data.md defines each class."""

    SECRET = "secret"  # noqa: S105  the name of a class
    PERSONAL = "personal"
    INTERNAL = "internal"
    PUBLIC = "public"


class LegalBasis(StrEnum):
    """Why a row may be stored: a proposal after article 6 of the GDPR, which an operator decides."""

    CONTRACT = "contract"
    """Art. 6(1)(b): the account that the person requested."""
    SECURITY = "legitimate interest: security"
    """Art. 6(1)(f)."""
    NOT_PERSONAL = "no personal data"


@dataclass(frozen=True, slots=True)
class Deleted:
    """The row is deleted, by a foreign key that cascades from ``user_info``."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """The row stays, and the value becomes ``NULL``."""

    unless_kind: tuple[str, ...] = ()
    """Rows with such a value of their column ``kind`` keep it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The value stays."""

    reason: str


OnErase = Deleted | Cleared | Kept
NO_PERSON = Kept("it is about no person")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataColumn:
    """A column of a table."""

    name: str
    data_class: DataClass
    contents: str
    retention: str | None = None
    """``None``: as long as the row."""
    on_erase: OnErase | None = None
    """``None``: what happens to the row."""
    exported: bool = False
    """Whether an export shows it to the person."""
    withheld: str | None = None
    """Why an export does not show a personal value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTable:
    """A table."""

    name: str
    purpose: str
    basis: LegalBasis
    retention: str
    subject: str | None = None
    """The column with the id of the person; ``None`` if a row belongs to no account, or to one only by
    a row of another table."""
    on_erase: OnErase
    columns: tuple[DataColumn, ...]

    def fate(self, column: DataColumn) -> OnErase:
        """Return what the erasure of an account does with the value of a column."""
        return column.on_erase or self.on_erase


def secret(
    name: str, contents: str, *, retention: str | None = None, on_erase: OnErase | None = None
) -> DataColumn:
    """Return a column that gives access, or helps to. It is not exported."""
    return DataColumn(
        name=name,
        data_class=DataClass.SECRET,
        contents=contents,
        retention=retention,
        on_erase=on_erase,
    )


def personal(
    name: str,
    contents: str,
    *,
    retention: str | None = None,
    on_erase: OnErase | None = None,
    withheld: str | None = None,
) -> DataColumn:
    """Return a column that relates to a person. It is exported unless it is `withheld` for a reason."""
    return DataColumn(
        name=name,
        data_class=DataClass.PERSONAL,
        contents=contents,
        retention=retention,
        on_erase=on_erase,
        exported=withheld is None,
        withheld=withheld,
    )


def internal(
    name: str,
    contents: str,
    *,
    retention: str | None = None,
    on_erase: OnErase | None = None,
    exported: bool = False,
) -> DataColumn:
    """Return a column that does not identify a person by itself."""
    return DataColumn(
        name=name,
        data_class=DataClass.INTERNAL,
        contents=contents,
        retention=retention,
        on_erase=on_erase,
        exported=exported,
    )


def public(name: str, contents: str) -> DataColumn:
    """Return a column that is published."""
    return DataColumn(name=name, data_class=DataClass.PUBLIC, contents=contents)
