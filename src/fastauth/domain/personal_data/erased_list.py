"""The list of erased accounts that is kept beside backups, so that a restored one is erased again."""

import json
from dataclasses import dataclass
from hmac import compare_digest

from fastauth.domain.accounts.user import UserId
from fastauth.domain.personal_data.erasure import Erasure, NameDigest
from fastauth.domain.secret_key import SecretKey, SecretKeys

_PURPOSE = "list of erased accounts"


@dataclass(frozen=True, slots=True)
class ErasedAccount:
    """A line of the list. The digest of the name distinguishes the account from a later one with the same id.

    Ids are given again after a restore: an older backup does not contain them.
    """

    user_id: UserId
    name_digest: NameDigest


class ErasedList:
    """Write and read lines, which are signed: a forged one would erase an account."""

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def line(self, erasure: Erasure) -> str:
        """Return the line of an erasure: a JSON object."""
        facts = {"user_id": erasure.user_id, "name_digest": erasure.name_digest.hex()}
        return json.dumps(facts | {"mac": self._macs(facts)[0]})

    def read(self, line: str) -> ErasedAccount | None:
        """Return the account of a line; ``None`` if no configured secret key has signed it."""
        try:
            match json.loads(line):
                case {"user_id": int(user_id), "name_digest": str(digest), "mac": str(mac), **others} if (
                    not others
                ):
                    facts = {"user_id": user_id, "name_digest": digest}
                    if any(compare_digest(mac.encode(), each.encode()) for each in self._macs(facts)):
                        return ErasedAccount(UserId(user_id), NameDigest(bytes.fromhex(digest)))
        except ValueError:
            return None
        return None

    def _macs(self, facts: dict[str, object]) -> list[str]:
        data = f"{facts['user_id']} {facts['name_digest']}".encode()
        return [mac.hex() for mac in self._keys.macs(_PURPOSE, data)]
