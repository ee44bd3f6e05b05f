"""The answer of the revocation feed (`docs/integrate/revocations.md`)."""

import math
import re
from dataclasses import dataclass
from typing import Any

from fastauth_client.revoked_tokens import KINDS, Revocation
from fastauth_client.strict_json import strict_object

MAX_VALUE_LENGTH = 256
"""Characters of a value."""

_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """One answer."""

    revocations: list[Revocation]
    after: str
    more: bool
    waited: float
    nonce: str | None


def read_answer(body: bytes) -> FeedAnswer:
    """Parse an answer. Kinds and members that are not known are ignored.

    Raises:
        ValueError: The answer is malformed. The message names the member.
    """
    document = strict_object(body)
    after, more, nonce = document.get("after"), document.get("more"), document.get("nonce")
    if not isinstance(after, str) or not _CURSOR.fullmatch(after):
        raise ValueError("after: not a cursor")
    if not isinstance(more, bool):
        raise ValueError("more: not a boolean")  # noqa: TRY004  to the caller all are malformed
    if nonce is not None and not isinstance(nonce, str):
        raise ValueError("nonce: not a string")
    entries = document.get("revocations")
    if not isinstance(entries, list):
        raise ValueError("revocations: not an array")  # noqa: TRY004  as above
    known = [_read_entry(entry) for entry in entries if _is_known(entry)]
    return FeedAnswer(known, after, more, _number(document, "waited"), nonce)


def _is_known(entry: object) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("kind"), str):
        raise ValueError("revocations: an entry without a kind")  # noqa: TRY004  as above
    return entry["kind"] in KINDS


def _read_entry(entry: dict[str, Any]) -> Revocation:
    value = entry.get("value")
    if not isinstance(value, str) or not 0 < len(value) <= MAX_VALUE_LENGTH:
        raise ValueError("value: not a string of 1 to 256 characters")
    return Revocation(entry["kind"], value, at=_number(entry, "at"), until=_number(entry, "until"))


def _number(members: dict[str, Any], name: str) -> float:
    value = members.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < math.inf:
        raise ValueError(f"{name}: not a number of at least 0")
    return value
