"""Providers of one-time tokens."""

from dependency_injector.providers import Object, Provider, Singleton

from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec
from fastauth.entrypoints.container.shared import Shared, make_with_keys


class OneTimeTokens(Shared):
    """See `fastauth.domain.one_time_tokens`; the repository is in `Storage`."""

    one_time_token_codec: Provider[OneTimeTokenCodec] = Singleton(
        make_with_keys, Object(OneTimeTokenCodec), Shared.secret_keys
    )
