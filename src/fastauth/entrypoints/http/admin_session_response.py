"""A session of a user, as administrators see it. No value of it stands for a token."""

from datetime import datetime

from pydantic import BaseModel, Field

from fastauth.domain.sessions.assurance import acr_of
from fastauth.domain.sessions.session import Session


class AdminSessionResponse(BaseModel):
    """An active session of a user."""

    id: str = Field(examples=["513106b3caad308e39e2022d8d910d2d"])
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime = Field(description="When it expires unless it is refreshed before.")
    authenticated_at: datetime
    acr: str = Field(description="aal1, aal2 or phr", examples=["aal2"])
    user_agent: str = Field(examples=["curl/8.5.0"])
    address: str = Field(examples=["192.0.2.1"])

    @classmethod
    def of(cls, session: Session) -> "AdminSessionResponse":
        """Return the session as it is sent."""
        return cls(
            id=session.id,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            expires_at=session.refresh_expires_at,
            authenticated_at=session.authenticated_at,
            acr=acr_of(session.methods),
            user_agent=session.client.user_agent,
            address=session.client.address,
        )
