"""Sealed texts in memory; they are not encrypted, but do not show the text either."""

from collections.abc import Sequence
from itertools import count

from fastauth.domain.secret_box import SealedTextUnreadable, SealedValue

_numbers = count(1)


class FakeSecretBox:
    """Seals with the first of the named keys, and opens what any of them sealed."""

    def __init__(self, *keys: str) -> None:
        self._keys = keys or ("key",)

    def seal(self, text: str, *, purpose: str) -> str:
        return f"{self._keys[0]}|{purpose}|{next(_numbers)}|{text.encode().hex()}"

    def open(self, sealed: str, *, purpose: str) -> str:
        parts = sealed.split("|")
        if len(parts) != 4 or parts[0] not in self._keys or parts[1] != purpose:
            raise SealedTextUnreadable
        try:
            return bytes.fromhex(parts[3]).decode()
        except ValueError:
            raise SealedTextUnreadable from None

    def needs_resealing(self, sealed: str) -> bool:
        return not sealed.startswith(f"{self._keys[0]}|")


class FakeSealedColumn:
    def __init__(self, name: str, *, purpose: str, values: dict[int, str]) -> None:
        self.name = name
        self.purpose = purpose
        self.values = values

    async def page(self, *, after: SealedValue | None, limit: int) -> Sequence[SealedValue]:
        behind = [key for key in sorted(self.values) if after is None or key > int(str(after.key))]
        return [SealedValue(key, self.values[key]) for key in behind[:limit]]

    async def replace(self, value: SealedValue, sealed: str) -> bool:
        key = int(str(value.key))
        if self.values.get(key) != value.sealed:
            return False
        self.values[key] = sealed
        return True
