"""A database that is as well as a test says."""

from fastauth.domain.errors import StorageUnavailable


class FakeStorageProbe:
    def __init__(self, *, trouble: StorageUnavailable | None = None) -> None:
        self._trouble = trouble

    async def check(self) -> None:
        if self._trouble:
            raise self._trouble
