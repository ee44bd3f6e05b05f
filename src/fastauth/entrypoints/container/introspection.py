"""Providers of introspection and revocation of tokens."""

from dependency_injector.providers import Provider, Singleton

from fastauth.application.introspection.access_token_state import AccessTokenState
from fastauth.application.introspection.credential_state import CredentialState
from fastauth.application.introspection.end_credential import EndCredential
from fastauth.application.introspection.introspect_token import IntrospectToken
from fastauth.application.introspection.revoke_token import RevokeToken
from fastauth.entrypoints.container.api_keys import ApiKeys
from fastauth.entrypoints.container.sessions import Sessions
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class Introspection(Shared):
    """See `fastauth.domain.introspection`."""

    _access_token_state: Provider[AccessTokenState] = Singleton(
        AccessTokenState,
        sessions=Storage.sessions,
        api_keys=Storage.api_keys,
        clients=Storage.clients,
        revocations=Storage.revocation_reader,
        clock=Shared.clock,
    )

    introspect_token = use_case(
        IntrospectToken,
        access_tokens=Sessions.access_tokens,
        access_token_state=_access_token_state,
        credential_state=Singleton(
            CredentialState,
            refresh_tokens=Sessions.refresh_tokens,
            sessions=Storage.sessions,
            authenticate_api_key=ApiKeys.authenticate_api_key,
            policy=Shared.settings.provided.second_factor,
            own_client_id=Sessions.access_token_policy.provided.client_id,
            clock=Shared.clock,
        ),
    )
    revoke_token = use_case(
        RevokeToken,
        access_tokens=Sessions.access_tokens,
        state=_access_token_state,
        end_credential=Singleton(
            EndCredential,
            refresh_tokens=Sessions.refresh_tokens,
            sessions=Storage.sessions,
            authenticate_api_key=ApiKeys.authenticate_api_key,
            revoke_api_key=ApiKeys.revoke_api_key,
            unit_of_work=Storage.unit_of_work,
            clock=Shared.clock,
        ),
        revocations=Storage.revocation_log,
        revoked_tokens=Storage.revoked_tokens,
        own_client_id=Sessions.access_token_policy.provided.client_id,
        clock=Shared.clock,
    )
