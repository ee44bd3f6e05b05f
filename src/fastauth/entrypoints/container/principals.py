"""Providers of principals."""

from dependency_injector.providers import Singleton

from fastauth.application.principals.authenticate_principal import AuthenticatePrincipal
from fastauth.application.principals.load_key_principal import LoadKeyPrincipal
from fastauth.application.principals.load_principal import LoadPrincipal
from fastauth.entrypoints.container.sessions import Sessions
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class Principals(Shared):
    """See `fastauth.domain.principals`."""

    load_principal = use_case(
        LoadPrincipal, roles=Storage.roles, policy=Shared.settings.provided.second_factor
    )
    authenticate_principal = use_case(
        AuthenticatePrincipal,
        access_tokens=Sessions.access_tokens,
        authenticate=Sessions.authenticate,
        load_principal=load_principal,
        load_key_principal=Singleton(
            LoadKeyPrincipal,
            api_keys=Storage.api_keys,
            policy=Shared.settings.provided.second_factor,
            clock=Shared.clock,
        ),
        clients=Storage.clients,
        revocations=Storage.revocation_reader,
        clock=Shared.clock,
    )
