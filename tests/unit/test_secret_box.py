"""Stored secrets are encrypted, and open under the secret key and for the purpose of their sealing alone."""

import pytest
from tests.contracts.secret_box import SecretBoxContract

from fastauth.adapters.jose import JoseSecretBox
from fastauth.domain.secret_key import SecretKey

OLD, NEW = (SecretKey(letter * 32) for letter in (b"o", b"n"))


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
