"""A second factor in the body of a request."""

from pydantic import BaseModel, Field

from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.second_factors.method import SecondFactorMethod


class FactorRequest(BaseModel):
    """A second factor. `code` goes with the methods ``totp`` and ``recovery_code``."""

    method: str = Field(description="One of `methods` of the challenge.", examples=["totp"])
    code: str | None = Field(
        default=None, description="Of the app, or a recovery code.", examples=["492039"], repr=False
    )

    def answer(self, *, challenge: str = "") -> FactorAnswer:
        """Return the second factor.

        Raises:
            InvalidInput: There is no such method, or the code is missing.
        """
        if self.method not in {*SecondFactorMethod}:
            raise InvalidInput(_UNKNOWN_METHOD)
        if self.code is None:
            raise InvalidInput(Violation("code", "missing", "This field is required."))
        return FactorAnswer(method=SecondFactorMethod(self.method), code=self.code, challenge=challenge)


_UNKNOWN_METHOD = Violation("method", "unknown", f"Must be one of: {', '.join(SecondFactorMethod)}.")
