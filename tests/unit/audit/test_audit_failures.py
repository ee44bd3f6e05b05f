"""Failures of use cases are recorded, whatever becomes of the record."""

from dataclasses import dataclass, field

import pytest

from fastauth.application.audit.audit_failures import AuditFailures
from fastauth.domain.errors import FastauthError, StorageUnavailable
from fastauth.domain.passwords.errors import HashingOverloaded, WrongPassword

Given = tuple[str, str]


@dataclass
class Recorded:
    """A use case that may fail, and the calls of what records its failures."""

    failure: Exception | None = None
    storage_failure: FastauthError | None = None
    calls: list[Given] = field(default_factory=list)

    async def act(self, what: str, *, how: str) -> Given:
        if self.failure:
            raise self.failure
        return what, how

    async def record(self, what: str, *, how: str) -> None:
        self.calls.append((what, how))
        if self.storage_failure:
            raise self.storage_failure

    async def __call__(self) -> Given:
        recording = AuditFailures(use_case=self.act, failure=WrongPassword, record=self.record)
        return await recording("this", how="so")


class TestAuditFailures:
    async def test_success_is_returned_and_not_recorded(self) -> None:
        recorded = Recorded()
        assert (await recorded(), recorded.calls) == (("this", "so"), [])

    async def test_failure_is_recorded_with_what_was_given(self) -> None:
        recorded = Recorded(WrongPassword())
        with pytest.raises(WrongPassword):
            await recorded()
        assert recorded.calls == [("this", "so")]

    async def test_another_failure_is_not_recorded(self) -> None:
        recorded = Recorded(HashingOverloaded())
        with pytest.raises(HashingOverloaded):
            await recorded()
        assert recorded.calls == []

    async def test_failure_is_raised_although_it_cannot_be_recorded(self) -> None:
        recorded = Recorded(WrongPassword(), StorageUnavailable())
        with pytest.raises(WrongPassword):
            await recorded()
        assert recorded.calls == [("this", "so")]
