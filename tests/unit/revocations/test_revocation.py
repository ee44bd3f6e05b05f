"""What a revocation names."""

from datetime import UTC, datetime

from fastauth.domain.accounts.user import UserId
from fastauth.domain.revocations.revocation import Revocation, RevocationKind

AT = datetime(2026, 1, 2, tzinfo=UTC)


class TestRevocation:
    def test_has_its_time_and_kind(self) -> None:
        assert Revocation.of_user(UserId(7), at=AT) == Revocation(AT, RevocationKind.USER, "7")
        assert Revocation.of_client("fa_c_x", at=AT) == Revocation(AT, RevocationKind.CLIENT, "fa_c_x")
        assert Revocation.of_key("k1", at=AT) == Revocation(AT, RevocationKind.KEY, "k1")
