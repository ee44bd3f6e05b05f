"""Secret keys: what is derived from them does not change from one version to the next."""

from fastauth.domain.secret_key import SecretKey, SecretKeys

KEY = SecretKey(b"a secret key of the tests, 32 bytes")


class TestSecretKey:
    def test_id_is_stable_across_versions(self) -> None:
        """Stored signing keys name the secret key by this id."""
        assert KEY.id == "22053a4822f79064"

    def test_purposes_have_keys_of_their_own(self) -> None:
        keys = SecretKeys(KEY, SecretKey(b"o" * 32))
        macs = {purpose: keys.macs(purpose, b"data") for purpose in ("one", "other")}
        assert len({*macs["one"], *macs["other"]}) == 4
        assert {purpose: keys.macs(purpose, b"data") for purpose in macs} == macs

    def test_repr_hides_key(self) -> None:
        assert "tests" not in repr(KEY)
