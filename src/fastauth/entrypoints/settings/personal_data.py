"""Settings of the erasure of accounts."""

from pydantic import Field
from pydantic_settings import BaseSettings


class PersonalDataSettings(BaseSettings):
    """When a closed account is erased, and when its username is free again."""

    erase_days: float = Field(default=7, ge=0, le=30)
    name_rest_days: float = Field(default=90, ge=0, le=3_650)
