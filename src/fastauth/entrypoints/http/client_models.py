"""Request and response bodies of the admin routes about OAuth 2.0 clients."""

from datetime import datetime

from pydantic import BaseModel, Field

from fastauth.application.clients.client_changes import CreatedClient
from fastauth.domain.clients.client import Client
from fastauth.domain.clients.registered_client import RegisteredClient


class CreateClientRequest(BaseModel):
    """A client to create."""

    name: str = Field(examples=["orders"])
    permissions: list[str] = Field(default=[], examples=[["orders:read"]])
    audiences: list[str] = Field(default=[], examples=[["https://orders.example.com"]])


class ChangeClientRequest(BaseModel):
    """What to change of a client. A member that is missing or null stays as it is."""

    permissions: list[str] | None = Field(default=None, examples=[["orders:read"]])
    audiences: list[str] | None = None
    disabled: bool | None = None


class RotateSecretRequest(BaseModel):
    """How to rotate the secret."""

    at_once: bool = Field(default=False, description="Whether the old secret and all tokens end now.")


class ClientResponse(BaseModel):
    """A client."""

    client_id: str = Field(examples=["fa_c_X5vYt0cC2mJ8sKzQ4nRb"])
    name: str = Field(examples=["orders"])
    permissions: list[str] = Field(examples=[["orders:read"]])
    audiences: list[str]
    created_at: datetime
    created_by: int | None = Field(description="The account that created it; null for an operator.")
    last_used_at: datetime | None = Field(description="To five minutes.")
    disabled_at: datetime | None

    @classmethod
    def of(cls, client: Client) -> "ClientResponse":
        """Return the client as it is sent."""
        return cls(
            client_id=client.id,
            name=client.name,
            permissions=sorted(client.permissions),
            audiences=list(client.audiences),
            created_at=client.created_at,
            created_by=client.created_by,
            last_used_at=client.last_used_at,
            disabled_at=client.disabled_at,
        )


class ClientSecretResponse(BaseModel):
    """A new secret of a client. It is not shown again."""

    client_id: str = Field(examples=["fa_c_X5vYt0cC2mJ8sKzQ4nRb"])
    client_secret: str = Field(examples=["fa_cs_..."], repr=False)

    @classmethod
    def of(cls, created: CreatedClient) -> "ClientSecretResponse":
        """Return the secret as it is sent."""
        return cls(client_id=created.client.id, client_secret=created.secret.text)


class StoredSecretResponse(BaseModel):
    """A stored secret, of which only the times are known."""

    created_at: datetime
    expires_at: datetime | None = Field(description="Null unless it was rotated.")


class RegisteredClientResponse(ClientResponse):
    """A client with its secrets, the newest first."""

    secrets: list[StoredSecretResponse]

    @classmethod
    def registered(cls, found: RegisteredClient) -> "RegisteredClientResponse":
        """Return the client as it is sent."""
        secrets = [
            StoredSecretResponse(created_at=each.created_at, expires_at=each.expires_at)
            for each in found.secrets
        ]
        return cls(**ClientResponse.of(found.client).model_dump(), secrets=secrets)
