"""A second factor in the body of a request."""

from typing import Any

from pydantic import BaseModel, Field

from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.second_factors.method import SecondFactorMethod


class FactorRequest(BaseModel):
    """A second factor: ``totp`` and ``recovery_code`` have a `code`, ``passkey`` has a `credential`."""

    method: str = Field(description="One of `methods` of the challenge.", examples=["totp"])
    code: str | None = Field(
        default=None, description="Of the app, or a recovery code.", examples=["492039"], repr=False
    )

    credential: dict[str, Any] | None = Field(
        default=None, description="Of the method `passkey`: `credential.toJSON()`.", repr=False
    )

    def answer(self, *, challenge: str = "") -> FactorAnswer:
        """Return the second factor.

        Raises:
            InvalidInput: There is no such method, or its code or credential is missing.
        """
        if self.method not in {*SecondFactorMethod}:
            raise InvalidInput(_UNKNOWN_METHOD)
        method = SecondFactorMethod(self.method)
        needed = "credential" if method is SecondFactorMethod.PASSKEY else "code"
        if getattr(self, needed) is None:
            raise InvalidInput(Violation(needed, "missing", "This field is required."))
        return FactorAnswer(
            method=method, code=self.code or "", credential=self.credential, challenge=challenge
        )


_UNKNOWN_METHOD = Violation("method", "unknown", f"Must be one of: {', '.join(SecondFactorMethod)}.")
