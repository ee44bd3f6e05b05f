"""Settings of passwords and their hashes."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode

from fastauth.entrypoints.settings import values


class PasswordSettings(BaseSettings):
    """The password policy and the cost of a hash."""

    password_min_length: int = Field(default=1, ge=1, le=256)
    password_blocklist: bool = False
    password_context_words: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.words)] = ()
    password_breach_file: Annotated[Path | None, BeforeValidator(values.breach_file)] = None
    argon2_memory_kib: int = Field(default=19_456, ge=8, le=4_194_304)
    argon2_time_cost: int = Field(default=2, ge=1, le=1_000)
    argon2_parallelism: int = Field(default=1, ge=1, le=64)
    legacy_hash_memory_kib: int | None = Field(default=None, ge=1_024, le=1_048_576)
    equalize_login_timing: bool = True

    @model_validator(mode="after")
    def _argon2_is_possible(self) -> Self:
        if self.argon2_memory_kib < 8 * self.argon2_parallelism:
            raise ValueError(
                "FASTAUTH_ARGON2_MEMORY_KIB must be at least 8 times FASTAUTH_ARGON2_PARALLELISM"
            )
        return self
