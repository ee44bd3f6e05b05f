"""Providers of login codes."""

from dependency_injector.providers import Provider, Singleton

from fastauth.application.login_codes.exchange_login_code import ExchangeLoginCode
from fastauth.application.login_codes.issue_login_code import IssueLoginCode
from fastauth.domain.login_codes.return_urls import ReturnUrls
from fastauth.entrypoints.container.one_time_tokens import OneTimeTokens
from fastauth.entrypoints.container.sessions import Sessions
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class LoginCodes(Shared):
    """See `fastauth.domain.login_codes`."""

    return_urls: Provider[ReturnUrls] = Singleton(ReturnUrls, urls=Shared.settings.provided.return_to)

    issue_login_code = use_case(
        IssueLoginCode,
        one_time_tokens=Storage.one_time_tokens,
        tokens=OneTimeTokens.one_time_token_codec,
        return_urls=return_urls,
        clock=Shared.clock,
    )
    exchange_login_code = use_case(
        ExchangeLoginCode,
        one_time_tokens=Storage.one_time_tokens,
        tokens=OneTimeTokens.one_time_token_codec,
        sessions=Storage.sessions,
        session_start=Sessions.session_start,
        refresh_tokens=Sessions.refresh_tokens,
        policy=Sessions.session_policy,
        clock=Shared.clock,
    )
