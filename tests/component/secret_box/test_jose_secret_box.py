"""The adapter keeps the contract, what was stored before can be opened, and no stored text is trusted."""

import json
from base64 import urlsafe_b64encode

import pytest
from tests.contracts.secret_box import SecretBoxContract

from fastauth.adapters.jose import JoseSecretBox
from fastauth.domain.secret_box import SealedTextUnreadable
from fastauth.domain.secret_key import SecretKey

OLD, NEW = (
    SecretKey(b"the secret key of last year, 32 bytes"),
    SecretKey(b"the secret key of this year, 32 bytes"),
)
SEALED_BY_0_1_0 = (
    "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiYjg2OTY1ZjFhMzQ5MTI3NCJ9..awO00AzkRasgRlEE.YLfJT"
    "zpa67MIlPGKvfTejxFD7QShKdxyZ9GWzHmZsg68kQJaVDLCGpYiX0S72HOhHTHf_8vOd7JMvWiUkm0onpJNXzmXs6eJvfJrL"
    "HQl_-cLTMoUMwN1XzfuhQHZYik4QBdrtj8TPEG-LQ73yE0pAJEEiM7PGXhT9O6j_Oy3CNbhmesBq-LIMmvxSxlLj9DIXaSYF"
    "FyQuEMLAweiJQDEWYF3Z2QfN3NVEeXnlXDMoB_wEbNBhmADls8.9Pe7_bPP17BAS09pfl-tuQ"
)
"""A private key, as `JoseSigningKeyGenerator` stored it before there was a `SecretBox`."""


class TestJoseSecretBox(SecretBoxContract):
    @pytest.fixture
    def before(self) -> JoseSecretBox:
        return JoseSecretBox(OLD)

    @pytest.fixture
    def between(self) -> JoseSecretBox:
        return JoseSecretBox(NEW, OLD)

    @pytest.fixture
    def after(self) -> JoseSecretBox:
        return JoseSecretBox(NEW)

    def test_opens_a_private_key_that_version_0_1_0_stored(self, before: JoseSecretBox) -> None:
        assert json.loads(before.open(SEALED_BY_0_1_0, purpose="signing key"))["kty"] == "EC"

    def test_every_byte_is_authenticated(self, before: JoseSecretBox) -> None:
        """Only the last four bits of the base64 text, which stand for nothing, may change."""
        sealed = before.seal("geheim", purpose="mail")
        for at in range(len(sealed) - 1):
            for new in "A_.":
                damaged = sealed[:at] + new + sealed[at + 1 :]
                if damaged != sealed:
                    with pytest.raises(SealedTextUnreadable):
                        before.open(damaged, purpose="mail")

    def test_foreign_header(self, before: JoseSecretBox) -> None:
        """The header comes from the database: another algorithm or an odd value is refused, not obeyed."""
        _, *rest = before.seal("geheim", purpose="mail").split(".")
        good = {"alg": "dir", "enc": "A256GCM", "kid": OLD.id}
        changes: tuple[dict[str, object] | str, ...] = (
            {"alg": "none"},
            {"alg": "A256KW"},
            {"alg": "PBES2-HS256+A128KW", "p2c": 10**9, "p2s": "AA"},
            {"alg": None},
            {"alg": ["dir"]},
            {"alg": {}},
            {"enc": "A128CBC-HS256"},
            {"enc": None},
            {"enc": []},
            {"kid": [OLD.id]},
            {"zip": "DEF"},
            {"crit": ["x"]},
            {"crit": 1},
            {"b64": 0},
            "[" * 100_000,
        )
        for change in changes:
            text = change if isinstance(change, str) else json.dumps({**good, **change})
            header = urlsafe_b64encode(text.encode()).decode().rstrip("=")
            with pytest.raises(SealedTextUnreadable):
                before.open(".".join([header, *rest]), purpose="mail")
