"""Providers of OAuth 2.0 clients."""

from dependency_injector.providers import Object, Provider, Singleton

from fastauth.application.clients.authenticate_client import AuthenticateClient
from fastauth.application.clients.authenticate_secret import AuthenticateSecret
from fastauth.application.clients.change_client import ChangeClient
from fastauth.application.clients.change_client_by_admin import ChangeClientByAdmin
from fastauth.application.clients.client_changes import ClientChanges
from fastauth.application.clients.create_client import CreateClient
from fastauth.application.clients.create_client_by_admin import CreateClientByAdmin
from fastauth.application.clients.get_client import GetClient
from fastauth.application.clients.issue_client_token import IssueClientToken
from fastauth.application.clients.list_clients import ListClients
from fastauth.application.clients.remove_client import RemoveClient
from fastauth.application.clients.remove_client_by_admin import RemoveClientByAdmin
from fastauth.application.clients.rotate_client_secret import RotateClientSecret
from fastauth.application.clients.rotate_client_secret_by_admin import RotateClientSecretByAdmin
from fastauth.domain.clients.secret import ClientSecretCodec
from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.delegation import Delegations
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.sessions import Sessions
from fastauth.entrypoints.container.shared import Shared, make_with_keys
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class Clients(Shared):
    """See `fastauth.domain.clients`."""

    client_secrets: Provider[ClientSecretCodec] = Singleton(
        make_with_keys, Object(ClientSecretCodec), Shared.secret_keys
    )
    client_changes: Provider[ClientChanges] = Singleton(ClientChanges, codec=client_secrets)

    create_client = use_case(
        CreateClient, changes=client_changes, unit_of_work=Storage.unit_of_work, clock=Shared.clock
    )
    rotate_client_secret = use_case(
        RotateClientSecret,
        changes=client_changes,
        unit_of_work=Storage.unit_of_work,
        revoke_again=Accounts.second_revocation,
        clock=Shared.clock,
    )
    change_client = use_case(
        ChangeClient,
        changes=client_changes,
        unit_of_work=Storage.unit_of_work,
        revoke_again=Accounts.second_revocation,
        clock=Shared.clock,
    )
    remove_client = use_case(
        RemoveClient,
        changes=client_changes,
        unit_of_work=Storage.unit_of_work,
        revoke_again=Accounts.second_revocation,
        clock=Shared.clock,
    )
    authenticate_client = use_case(
        AuthenticateClient,
        clients=Storage.clients,
        codec=client_secrets,
        rate_limiter=RateLimits.rate_limiter,
        clock=Shared.clock,
    )
    authenticate_secret = use_case(
        AuthenticateSecret, clients=Storage.clients, codec=client_secrets, clock=Shared.clock
    )
    issue_client_token = use_case(
        IssueClientToken,
        authenticate_client=authenticate_client,
        access_tokens=Sessions.access_tokens,
        audience=Sessions.access_token_policy.provided.audience,
        clock=Shared.clock,
    )

    list_clients = use_case(ListClients, clients=Storage.clients, cursors=Shared.cursor_codec)
    get_client = use_case(GetClient, clients=Storage.clients)
    create_client_by_admin = use_case(
        CreateClientByAdmin, delegation=Delegations.delegation, changes=client_changes
    )
    change_client_by_admin = use_case(
        ChangeClientByAdmin,
        delegation=Delegations.delegation,
        changes=client_changes,
        revoke_again=Accounts.second_revocation,
    )
    rotate_client_secret_by_admin = use_case(
        RotateClientSecretByAdmin,
        delegation=Delegations.delegation,
        changes=client_changes,
        revoke_again=Accounts.second_revocation,
    )
    remove_client_by_admin = use_case(
        RemoveClientByAdmin,
        delegation=Delegations.delegation,
        changes=client_changes,
        revoke_again=Accounts.second_revocation,
    )
