"""The body of a problem response (RFC 9457)."""

from typing import Any

from pydantic import BaseModel, Field


class InvalidParam(BaseModel):
    """A violation of a rule by a field of the body or by a parameter."""

    pointer: str = Field(
        description="A JSON Pointer (RFC 6901) into the body, or `/` and the name of a parameter."
    )
    code: str = Field(description="Stable, for programs.")
    detail: str = Field(description="For people.")


class ProblemDetails(BaseModel):
    """An error (RFC 9457). No member contains a value of the request."""

    type: str = Field(description="The code as a URI.")
    title: str = Field(description="The code in words.")
    status: int
    detail: str = Field(description="For people.")
    code: str = Field(description="Stable, for programs.")
    errors: list[InvalidParam] | None = Field(default=None, description="Only with status 422.")

    def as_json(self) -> dict[str, Any]:
        """Return the members that are set."""
        return self.model_dump(exclude_none=True)
