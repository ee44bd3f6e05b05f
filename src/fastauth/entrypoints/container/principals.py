"""Providers of principals."""

from fastauth.application.principals.authenticate_principal import AuthenticatePrincipal
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
        AuthenticatePrincipal, authenticate=Sessions.authenticate, load_principal=load_principal
    )
