"""Refresh tokens: format, verification, digests."""

from tests.application import A_SECRET_KEY

from fastauth.domain.sessions.refresh_token import RefreshTokenCodec


class TestRefreshToken:
    def test_format_is_stable_across_versions(self) -> None:
        mint = RefreshTokenCodec(A_SECRET_KEY)
        token = mint.verify(
            "fa_rt_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAQIDBAUGBwgJCgsMDQ4PhZmc6AzY4SbOSd1cA38Yfg"
        )
        assert token.session_id == bytes(range(16)).hex()
        assert mint.digest(token).hex() == (
            "7bc20bc6e883e42bcd45bd76c7ef920e3229d8b0b5f63721fc8411b153602720"
        )
        assert [successor.text for successor in mint.derive_successors(token)] == [
            "fa_rt_z2JTTzU2ugrN2Y2oLF9jNC_m6Zyynn_SfbciNf5glsgAAQIDBAUGBwgJCgsMDQ4P8huj6Df7cAFq96zrflS88A"
        ]

    def test_repr_hides_text(self) -> None:
        token = RefreshTokenCodec(A_SECRET_KEY).issue()
        assert token.text not in repr(token)
