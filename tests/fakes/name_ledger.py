"""Names remembered in a dictionary."""

from contextlib import AbstractContextManager


class FakeNameLedger(AbstractContextManager["FakeNameLedger"]):
    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def __exit__(self, *_: object) -> None:
        self.places.clear()

    def first_place(self, key: str, place: int) -> int:
        return self.places.setdefault(key, place)
