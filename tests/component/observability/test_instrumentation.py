"""Instrumentation around use cases: every use case goes on working, and is counted and traced."""

import inspect
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, TypeVar

import pytest
from dependency_injector.providers import Object
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry
from tests.application import A_DEVICE
from tests.fakes import (
    FakeBulkUserRepository,
    FakeClock,
    FakeHashKinds,
    FakeStorage,
    FakeUserDirectory,
)
from tests.harness.authenticator import Authenticator
from tests.login_code_helpers import CHALLENGE, FRONT_END, VERIFIER
from tests.mail_helpers import a_verified_address, deliver, token_of
from tests.session_helpers import begun

import fastauth.application
from fastauth.adapters.opentelemetry import UNTRACED, OpenTelemetryInstrumentation
from fastauth.adapters.prometheus import PrometheusInstrumentation
from fastauth.application.accounts.import_record import ImportRecord
from fastauth.application.administration.user_criteria import UserCriteria
from fastauth.application.invitations.invite import InvitationRequest
from fastauth.application.operations.purge_rows import PurgeRows
from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.application.sessions.login_result import SecondFactorChallenge
from fastauth.domain.administration.errors import NoVerifiedAddress
from fastauth.domain.audit.trail import Retention
from fastauth.domain.email_addresses.record import UserAddresses
from fastauth.domain.errors import InvalidInput
from fastauth.domain.login_codes.code_challenge import CodeChallenge
from fastauth.domain.login_codes.return_urls import ReturnUrls
from fastauth.domain.operations.purges import all_purges
from fastauth.domain.personal_data.erased_list import ErasedAccount
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.role import ADMIN, declare_role
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.totp import step_of
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.observability.instrumentation import Instrumentations

Item = TypeVar("Item")
NAME, PASSWORD, NEW_PASSWORD = "santosh", "sntsh", "another"
PURGES = {purge.use_case for purge in all_purges(Retention())}
RECOVERY_CODE = SecondFactorMethod.RECOVERY_CODE
HELPERS = {
    *("AuthenticateApiKey", "LoadKeyPrincipal", "StoreApiKey"),
    *("Attempt", "AuditFailures", "SendingBudget", "StoreAccount", "StoreImported", "ShareReadiness"),
    *("IssueChallenge", "LoginStart", "SessionStart", "SessionStepUp"),
    *("SecondFactorVerifier", "VerifyPasskey", "VerifyRecoveryCode", "VerifyTotp"),
    *("BackOff", "GiveUp", "RunOnce", "WebhookSender"),
    *("CheckName", "EraseAccount", "SecondRevocation", "SendAccountClosing", "SendAccountErased"),
    *("SendAddressChanged", "SendInvitation", "SendNotice", "SendPasswordReset", "SendVerification"),
}
"""Classes of the application that are called and stand around or within a use case."""


def use_cases() -> set[str]:
    """Return the names of all classes of the application that can be called."""
    modules = walk_packages(fastauth.application.__path__, "fastauth.application.")
    classes = (
        found
        for module in modules
        for _, found in inspect.getmembers(import_module(module.name), inspect.isclass)
        if found.__module__ == module.name and "__call__" in vars(found)
    )
    return {found.__name__ for found in classes} - HELPERS


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def instrumentations(spans: InMemorySpanExporter, registry: CollectorRegistry) -> Instrumentations:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return (
        PrometheusInstrumentation(version="1", workers=1, registry=registry),
        OpenTelemetryInstrumentation(provider),
    )


@pytest.fixture
async def container(container: Container, storage: FakeStorage) -> Container:
    container.directory.override(FakeUserDirectory(storage))
    container.bulk_users.override(FakeBulkUserRepository(storage))
    container.hash_kinds.override(FakeHashKinds(storage))
    return container


async def all_of(pages: AsyncIterator[list[Item]]) -> list[Item]:
    return [each async for page in pages for each in page]


async def use_mail(container: Container, caller: AuthenticatedUser) -> None:
    await container.change_address()(caller=caller, email="santosh@example.com")
    await deliver(container)
    await container.resend_verification()(caller=caller)
    token = token_of("fa_ev_", await deliver(container))
    await container.verify_address()(caller=caller, token=token)
    await container.request_password_reset()(identifier=NAME, address="192.0.2.1")
    token = token_of("fa_pr_", await deliver(container))
    await container.complete_password_reset()(token=token, new_password=NEW_PASSWORD)
    await container.change_address()(caller=caller, email="santosh@example.org")
    token = token_of("fa_ec_", await deliver(container))
    await container.verify_address()(caller=caller, token=token)
    await container.undo_address_change()(token=token_of("fa_eu_", await deliver(container)))
    await container.remove_address()(caller=caller)


async def use_own_account(container: Container, caller: AuthenticatedUser, token: str) -> None:
    assert await container.has_password()(caller=caller)
    account = await container.get_own_account()(access_token=token)
    assert account.user == caller.user
    assert account == await container.get_account_overview()(session_id=caller.session.id)


async def use_second_factors(
    container: Container, caller: AuthenticatedUser, registry: CollectorRegistry
) -> None:
    new = await container.enrol_totp()(caller=caller)
    code = container.totp_codes().code_at(new.secret, step_of(container.clock().now()))
    codes = await container.confirm_totp()(caller=caller, code=code)
    assert codes
    challenge = await container.log_in()(username=NAME, password=NEW_PASSWORD, client=A_DEVICE)
    assert isinstance(challenge, SecondFactorChallenge)
    answers = [FactorAnswer(method=RECOVERY_CODE, code=code, challenge=challenge.token) for code in codes]
    assert await container.complete_log_in()(answer=answers[0], client=A_DEVICE)
    assert await container.step_up_with_factor()(caller=caller, answer=answers[1], address="192.0.2.1")
    user = await container.find_user()(username=NAME)
    two_factors = replace(caller, user=user, session=replace(caller.session, methods=("pwd", "otp", "mfa")))
    assert await container.make_recovery_codes()(caller=two_factors)
    assert (await container.get_second_factors()(user=user)).recovery_codes == 10
    await container.remove_totp()(caller=two_factors)
    await container.reset_second_factors()(username=NAME)
    accepted = {"method": "recovery_code", "outcome": "accepted"}
    assert registry.get_sample_value("fastauth_second_factors_total", accepted) == 2


async def register_with_passkey(container: Container) -> None:
    begun = await container.begin_passkey_registration()(
        username="ada", fullname="Ada", address=A_DEVICE.address
    )
    credential = Authenticator().create(begun.options)
    assert await container.register_with_passkey()(token=begun.token, credential=credential)


async def use_browser_session(container: Container, caller: AuthenticatedUser) -> None:
    first = await container.start_browser_session()(caller=caller)
    cookie = await container.renew_browser_session()(caller=caller, cookie=first.text)
    assert cookie
    assert await container.authenticate_browser()(cookie=cookie.text)


async def use_api_keys(container: Container, caller: AuthenticatedUser) -> None:
    new = await container.create_api_key()(caller=caller, name="Backup", scopes=[])
    assert await container.issue_api_key()(username=caller.user.username.display, name="B", scopes=[])
    assert len(await container.list_api_keys()(user_id=caller.user.id)) == 2
    assert await container.exchange_api_key()(text=new.text, address="192.0.2.1")
    await container.revoke_api_key()(id_=new.key.id, user_id=caller.user.id)
    principal = await container.load_principal()(caller=caller)
    assert await container.introspect_token()(caller=principal, token=new.text) is None
    await container.revoke_token()(client_id="fastauth", token=new.text, address="192.0.2.1")


async def use_passkeys(container: Container, caller: AuthenticatedUser) -> None:
    begun = await container.begin_passkey()(caller=caller)
    authenticator = Authenticator()
    credential = authenticator.create(begun.options)
    added = await container.add_passkey()(caller=caller, token=begun.token, credential=credential)
    user = await container.find_user()(username=NAME)
    caller = replace(
        caller, user=user, session=replace(caller.session, methods=("pwd", "swk", "user", "mfa"))
    )
    assert await container.rename_passkey()(caller=caller, id_=added.passkey.id, name="Phone")
    assert (await container.list_passkeys()(caller=caller)).handle
    await container.remove_password()(caller=caller)
    await container.add_password()(caller=caller, new_password=NEW_PASSWORD)
    begun = await container.begin_passkey_log_in()()
    assertion = authenticator.get(begun.options)
    assert await container.log_in_with_passkey()(token=begun.token, credential=assertion, client=A_DEVICE)
    assert (await container.begin_passkey_step_up()(caller=caller)).token
    challenge = await container.log_in()(username=NAME, password=NEW_PASSWORD, client=A_DEVICE)
    assert isinstance(challenge, SecondFactorChallenge)
    assert await container.begin_passkey_second_factor()(challenge=challenge.token)
    await container.remove_passkey()(caller=caller, id_=added.passkey.id)
    await register_with_passkey(container)


async def use_roles_and_clients(container: Container) -> None:
    await container.apply_roles()(declared=[declare_role("clerk")])
    await container.grant_role()(username=NAME, role="clerk")
    await container.revoke_role()(username=NAME, role="clerk")
    made = await container.create_client()(name="orders")
    credentials: dict[str, Any] = {
        "client_id": made.client.id,
        "secret": made.secret.text,
        "address": "192.0.2.1",
    }
    assert await container.authenticate_client()(**credentials)
    assert (await container.issue_client_token()(**credentials)).access.text
    assert await container.authenticate_secret()(secret=made.secret.text)
    assert await container.rotate_client_secret()(name="orders")
    assert await container.change_client()(name="orders", disabled=True)
    await container.remove_client()(name="orders")
    assert (await container.read_revocations()(cursor=None, wait=0)).revocations
    await administer(container)


async def use_invitations(container: Container, acting: Principal) -> None:
    request = InvitationRequest(email="invited@example.com")
    invitation = await container.invite_by_admin()(acting=acting, request=request)
    assert (await container.list_invitations()(acting=acting)).items
    await container.withdraw_invitation()(acting=acting, invitation_id=invitation.id)
    made = await container.invite_by_operator()(request=request, by_mail=False)
    token = str(made.link).partition("#token=")[2]
    user = await container.accept_invitation()(
        token=token, username="invited", password=PASSWORD, fullname="I", locale=None, address="192.0.2.1"
    )
    again = await container.invite_by_operator()(request=request, by_mail=False)
    result = await container.log_in()(username="invited", password=PASSWORD, client=A_DEVICE)
    assert not isinstance(result, SecondFactorChallenge)
    caller = await container.authenticate()(access_token=result.tokens.access.text)
    assert caller.user.id == user.id
    await container.accept_invitation_as_user()(caller=caller, token=str(again.link).partition("#token=")[2])


async def administer(container: Container) -> None:
    await container.register_user()(username="root1", password=PASSWORD, fullname="R", address=None)
    await container.grant_role()(username="root1", role="admin")
    root = await container.find_user()(username="root1")
    user = await container.find_user()(username=NAME)
    acting = Principal(kind=PrincipalKind.USER, permissions=ADMIN.permissions, user_id=root.id)
    made = await container.create_client_by_admin()(acting=acting, name="shop", permissions=[])
    of_client: dict[str, Any] = {"acting": acting, "client_id": made.client.id}
    assert (await container.list_clients()(acting=acting)).items
    assert (await container.get_client()(**of_client)).secrets
    assert await container.change_client_by_admin()(**of_client, disabled=True)
    assert await container.rotate_client_secret_by_admin()(**of_client)
    await container.remove_client_by_admin()(**of_client)
    await use_invitations(container, acting)
    await container.define_role()(acting=acting, name="buyer", description="", permissions=[])
    assert await container.get_role()(acting=acting, name="buyer")
    for act in ("disable", "enable", "unlock"):
        await getattr(container, f"{act}_user_by_admin")()(acting=acting, user_id=user.id)
    await container.end_sessions_by_admin()(acting=acting, user_id=user.id)
    await container.reset_second_factors_by_admin()(acting=acting, user_id=user.id)
    with pytest.raises(NoVerifiedAddress):
        await container.start_reset_by_admin()(acting=acting, user_id=user.id)
    await container.grant_role_by_admin()(acting=acting, user_id=user.id, role="buyer")
    assert (await container.search_users()(acting=acting, criteria=UserCriteria(role="buyer"))).items
    assert (await container.get_user_by_admin()(acting=acting, user_id=user.id)).roles
    assert await container.list_sessions_by_admin()(acting=acting, user_id=user.id) == ([], None)
    await container.revoke_role_by_admin()(acting=acting, user_id=user.id, role="buyer")
    await container.delete_role()(acting=acting, name="buyer")
    assert (await container.read_events_by_admin()(acting=acting, user_id=user.id)).items
    await container.list_outbox_by_admin()(acting=acting, waiting=True, limit=1)
    await container.retry_outbox_by_admin()(acting=acting, entry_id=None)
    assert (await container.rotate_keys_by_admin()(acting=acting)).keys
    (key, *_) = (await container.list_keys_by_admin()(acting=acting)).keys
    await container.revoke_key_by_admin()(acting=acting, kid=key.kid)


async def use_webhooks(container: Container) -> None:
    url = "https://receiver.example/"
    new = await container.create_webhook()(acting=None, url=url)
    webhook_id = new.webhook.id
    for act in ("change_webhook", "rotate_webhook_secret", "disable_webhook", "resume_webhook"):
        await getattr(container, act)()(acting=None, webhook_id=webhook_id)
    assert (await container.get_webhook()(acting=None, webhook_id=webhook_id)).webhook.url == url
    assert (await container.send_test_message()(acting=None, webhook_id=webhook_id)).is_delivered
    await container.number_events()()
    (claimed,) = await container.claim_webhooks()(limit=1)
    assert (await container.deliver_webhook()(claimed)).error is None
    await container.remove_webhook()(acting=None, webhook_id=webhook_id)


async def use_personal_data(container: Container) -> None:
    await container.register_user()(username="eve", password=PASSWORD, fullname="E", address=None)
    login = begun(await container.log_in()(username="eve", password=PASSWORD, client=A_DEVICE))
    caller = await container.authenticate()(access_token=login.tokens.access.text)
    await a_verified_address(container, "eve", "eve@example.com")
    assert (await container.export_account()(caller=caller)).tables
    assert (await container.export_user()(username="eve")).tables
    await container.close_account()(caller=caller, confirm="eve")
    await container.keep_account()(token=token_of("fa_ue_", await deliver(container)))
    await container.close_user()(username="eve")
    await container.keep_user()(username="eve")
    root = await container.find_user()(username="root1")
    acting = Principal(kind=PrincipalKind.USER, permissions=ADMIN.permissions, user_id=root.id)
    await container.close_user_by_admin()(acting=acting, user_id=caller.user.id)
    assert (await container.close_user()(username="eve", at_once=True)).is_erased
    assert await deliver(container)
    assert await container.erase_due_accounts()() == 0
    await container.confirm_erasure()(acting=acting, user_id=caller.user.id)
    (listed,) = await all_of(container.list_erasures()())
    assert listed.receipts
    erased = ErasedAccount(caller.user.id, listed.erasure.name_digest)
    assert await container.replay_erasure()(erased=erased) == "absent"


async def use_background_tasks(container: Container) -> None:
    await container.deliver_outbox()()
    await container.measure_backlog()()
    await container.learn_hash_kinds()()
    assert await container.measure_feed_lag()() >= timedelta()
    assert await container.measure_overdue_erasures()() == timedelta()
    assert await container.number_events()()
    acting = Principal(
        kind=PrincipalKind.CLIENT, permissions=frozenset({"fastauth:users.read", "fastauth:events.read"})
    )
    page = await container.list_feed_accounts()(acting=acting, after=None, limit=1)
    answer = await container.read_events()(acting=acting, after=page.events_after, limit=1, types=None)
    assert not answer.more
    await use_webhooks(container)


async def use_login_codes(container: Container, caller: AuthenticatedUser) -> None:
    container.return_urls.override(Object(ReturnUrls(frozenset({FRONT_END}))))
    url = await container.issue_login_code()(
        caller=caller, return_to=FRONT_END, challenge=CodeChallenge(CHALLENGE)
    )
    code = url.partition("?code=")[2]
    assert await container.exchange_login_code()(code=code, code_verifier=VERIFIER, client=A_DEVICE)


async def test_every_use_case_works_with_all_instrumentation(
    container: Container, spans: InMemorySpanExporter, registry: CollectorRegistry
) -> None:
    await container.register_user()(username=NAME, password=PASSWORD, fullname="S", address=None)
    login = begun(await container.log_in()(username=NAME, password=PASSWORD, client=A_DEVICE))
    tokens = await container.refresh_session()(refresh_token=login.tokens.refresh, client=A_DEVICE)
    caller = await container.authenticate()(access_token=tokens.access.text)
    assert (await container.authenticate_principal()(access_token=tokens.access.text)).session == caller
    assert await container.list_sessions()(caller=caller) == ([caller.session], None)
    assert await container.step_up()(caller=caller, password=PASSWORD, address="192.0.2.1")
    await use_browser_session(container, caller)
    await use_login_codes(container, caller)
    await container.change_full_name()(caller=caller, fullname="Santosh Kumar")
    await container.change_password()(
        caller=caller, current_password=PASSWORD, new_password=NEW_PASSWORD, address="192.0.2.1"
    )
    await use_mail(container, caller)
    login = begun(await container.log_in()(username=NAME, password=NEW_PASSWORD, client=A_DEVICE))
    caller = await container.authenticate()(access_token=login.tokens.access.text)
    await use_passkeys(container, caller)
    await use_api_keys(container, caller)
    await use_second_factors(container, caller, registry)
    login = begun(await container.log_in()(username=NAME, password=NEW_PASSWORD, client=A_DEVICE))
    caller = await container.authenticate()(access_token=login.tokens.access.text)
    await use_own_account(container, caller, login.tokens.access.text)
    await container.end_other_sessions()(caller=caller)
    await container.log_out()(caller=caller, session_id=caller.session.id)
    user = await container.find_user()(username=NAME)
    account = await container.get_user()(username=NAME)
    assert (account.user, account.addresses, account.sessions) == (user, UserAddresses(), [])
    assert (account.has_password, account.passkeys) == (True, 0)
    assert (await all_of(container.list_users()()))[0] == user
    await container.rename_user()(username=NAME, new_username=NAME.title())
    await container.disable_user()(username=NAME)
    await container.enable_user()(username=NAME)
    await container.unlock_user()(username=NAME)
    await use_roles_and_clients(container)
    await use_personal_data(container)
    await container.set_password()(username=NAME, password=PASSWORD)
    await container.revoke_sessions()(username=NAME)
    stored = await container.passwords().get(user.id)
    imported = ImportRecord(position=1, username="ann", fullname="Ann", password_hash=stored.encoded)
    assert len(await all_of(container.import_users()([imported]))) == 1
    assert await all_of(container.read_audit_trail()(limit=100))
    assert await container.publish_keys()()
    (oldest, *_) = (await container.rotate_keys()(early=True)).keys
    assert await container.revoke_key()(kid=oldest.kid)
    await container.check_readiness()()
    for purge in container.purges().values():
        await purge()
    await container.reseal_columns()()
    await use_background_tasks(container)
    names = {span.name for span in spans.get_finished_spans()}
    assert use_cases() - {PurgeRows.__name__} - UNTRACED <= names
    assert names >= PURGES
    assert not UNTRACED & names


async def test_rows_of_every_purge_are_counted(
    container: Container, storage: FakeStorage, registry: CollectorRegistry
) -> None:
    """Zero rows are counted, too: the metric exists from the first round on."""
    for purge in container.purges().values():
        await purge()
    counted = {
        name: registry.get_sample_value("fastauth_purged_rows_total", {"use_case": name}) for name in PURGES
    }
    assert counted == dict.fromkeys(PURGES, 0)


async def test_overdue_erasures_are_measured(
    container: Container, clock: FakeClock, registry: CollectorRegistry
) -> None:
    await container.register_user()(username=NAME, password=PASSWORD, fullname="S", address=None)
    await container.close_user()(username=NAME)
    clock.advance(timedelta(days=7, seconds=5))
    await container.measure_overdue_erasures()()
    assert registry.get_sample_value("fastauth_erasures_overdue_seconds") == 5
    assert await container.erase_due_accounts()() == 1
    await container.measure_overdue_erasures()()
    assert registry.get_sample_value("fastauth_erasures_overdue_seconds") == 0


async def test_errors_of_pages_are_counted(container: Container, registry: CollectorRegistry) -> None:
    with pytest.raises(InvalidInput):
        await all_of(container.read_audit_trail()(username="\ud800", limit=1))
    labels = {"use_case": "ReadAuditTrail", "code": "invalid_input"}
    assert registry.get_sample_value("fastauth_use_case_errors_total", labels) == 1
