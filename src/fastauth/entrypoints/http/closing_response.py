"""The answer to a request to close an account."""

from datetime import datetime

from pydantic import BaseModel, Field


class ClosingResponse(BaseModel):
    """When the account is erased."""

    erase_at: datetime = Field(description="The account is erased at this time, or shortly after it.")
