"""Providers of API keys."""

from dependency_injector.providers import Object, Provider, Singleton

from fastauth.application.api_keys.authenticate_api_key import AuthenticateApiKey
from fastauth.application.api_keys.create_api_key import CreateApiKey
from fastauth.application.api_keys.exchange_api_key import ExchangeApiKey
from fastauth.application.api_keys.issue_api_key import IssueApiKey
from fastauth.application.api_keys.last_uses import LastUses
from fastauth.application.api_keys.list_api_keys import ListApiKeys
from fastauth.application.api_keys.revoke_api_key import RevokeApiKey
from fastauth.application.api_keys.store_key import StoreApiKey
from fastauth.domain.api_keys.key_text import ApiKeyCodec
from fastauth.domain.api_keys.wrong_keys import WrongKeys
from fastauth.domain.rate_limits.limits import Limits
from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.sessions import Sessions
from fastauth.entrypoints.container.shared import Shared, make_with_keys
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case
from fastauth.entrypoints.settings import Settings


def _wrong_keys(settings: Settings) -> WrongKeys:
    return WrongKeys(Limits().wrong_api_keys_per_network if settings.rate_limits else None)


class ApiKeys(Shared):
    """See `fastauth.domain.api_keys`; the repository is in `Storage`."""

    api_key_codec: Provider[ApiKeyCodec] = Singleton(make_with_keys, Object(ApiKeyCodec), Shared.secret_keys)
    last_uses: Provider[LastUses] = Singleton(LastUses, api_keys=Storage.api_keys)
    authenticate_api_key: Provider[AuthenticateApiKey] = Singleton(
        AuthenticateApiKey,
        codec=api_key_codec,
        api_keys=Storage.api_keys,
        wrong_keys=Singleton(_wrong_keys, Shared.settings),
        last_uses=last_uses,
        clock=Shared.clock,
    )
    _store_api_key: Provider[StoreApiKey] = Singleton(
        StoreApiKey, codec=api_key_codec, unit_of_work=Storage.unit_of_work, clock=Shared.clock
    )

    create_api_key = use_case(
        CreateApiKey,
        store=_store_api_key,
        roles=Storage.roles,
        policy=Shared.settings.provided.second_factor,
        limiter=RateLimits.mail_limiter,
        clock=Shared.clock,
    )
    issue_api_key = use_case(
        IssueApiKey, find_user=Accounts.find_user, roles=Storage.roles, store=_store_api_key
    )
    list_api_keys = use_case(ListApiKeys, api_keys=Storage.api_keys)
    revoke_api_key = use_case(RevokeApiKey, unit_of_work=Storage.unit_of_work, clock=Shared.clock)
    exchange_api_key = use_case(
        ExchangeApiKey,
        authenticate=authenticate_api_key,
        access_tokens=Sessions.access_tokens,
        clients=Storage.clients,
        audience=Sessions.access_token_policy.provided.audience,
        policy=Shared.settings.provided.second_factor,
        clock=Shared.clock,
    )
