"""An export of all that is stored of a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fastauth.domain.accounts.user import UserId
from fastauth.domain.personal_data.ports import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The exported columns of the rows of an account."""

    exported_at: datetime
    user_id: UserId
    tables: Mapping[str, Rows] = field(repr=False)
