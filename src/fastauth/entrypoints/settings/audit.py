"""Settings of the audit trail."""

from pydantic import Field
from pydantic_settings import BaseSettings


class AuditSettings(BaseSettings):
    """Retention of audit events and of the addresses in them."""

    audit_retention_days: float = Field(default=365, gt=0, le=3_650)
    audit_address_retention_days: float = Field(default=30, ge=0, le=3_650)
