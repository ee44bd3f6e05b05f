"""Closing, keeping and erasing an account, over fakes."""

from datetime import timedelta

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import A_DEVICE, A_SECRET_KEY, Application, RateLimitedApplication
from tests.builders import an_erasure
from tests.mail_helpers import token_of

from fastauth.application.invitations.invite import InvitationRequest
from fastauth.application.personal_data.erase_due_accounts import AT_ONCE, LATE, EraseDueAccounts
from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Actor, Event, EventSource, EventType
from fastauth.domain.delegation.errors import LastAdministrator, MorePrivileged, OwnAccount
from fastauth.domain.errors import InvalidInput, StorageUnavailable
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.personal_data.erased_list import ErasedList
from fastauth.domain.personal_data.erasure import ErasureNotFound
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.revocations.revocation import RevocationKind
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.errors import InvalidAccessToken, StepUpRequired
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.entrypoints.request_origin import event_source

ANN = UserId(1)


async def a_caller(app: Application, username: str = "ann") -> AuthenticatedUser:
    """Register an account with an address; return its user and a session."""
    await app.a_user(username)
    await app.a_verified_address(f"{username}@example.com", username=username)
    return await app.authenticate(access_token=(await app.a_log_in(username)).access.text)


async def close(app: Application, caller: AuthenticatedUser) -> str:
    """Close the account; return the token of the mail."""
    await app.container.close_account()(caller=caller, confirm=caller.user.username.display)
    (mail,) = [each for each in await app.deliver() if "keep-account#token=" in each.text]
    return mail.text.partition("#token=")[2].split()[0]


class TestCloseAccount:
    async def test_closes_after_confirmation(self) -> None:
        app = Application()
        caller = await a_caller(app)
        erase_at = await app.container.close_account()(caller=caller, confirm=" ANN")
        assert erase_at == app.clock.now() + timedelta(days=7)
        assert [each.value for each in app.storage.revocations if each.kind is RevocationKind.USER] == [
            "1"
        ] * 2
        assert app.event_types()[-1] is EventType.ERASURE_REQUESTED

    async def test_needs_the_username(self) -> None:
        app = Application()
        caller = await a_caller(app)
        with pytest.raises(InvalidInput, match="Must be the username"):
            await app.container.close_account()(caller=caller, confirm="bob")
        assert app.storage.erasures == {}

    async def test_needs_a_recent_authentication(self) -> None:
        app = Application()
        caller = await a_caller(app)
        app.clock.advance(timedelta(minutes=11))
        for use_case in (
            lambda: app.container.close_account()(caller=caller, confirm="ann"),
            lambda: app.container.export_account()(caller=caller),
        ):
            with pytest.raises(StepUpRequired):
                await use_case()

    async def test_keeps_the_last_administrator(self) -> None:
        app = Application()
        caller = await a_caller(app)
        await app.grant_role(username="ann", role="admin")
        with pytest.raises(LastAdministrator):
            await app.container.close_account()(caller=caller, confirm="ann")

    async def test_of_an_account_that_was_erased_meanwhile(self) -> None:
        app = Application()
        caller = await a_caller(app)
        await app.container.close_user()(username="ann", at_once=True)
        with pytest.raises(InvalidAccessToken):
            await app.container.close_account()(caller=caller, confirm="ann")

    async def test_second_request_changes_nothing(self) -> None:
        app = Application()
        caller = await a_caller(app)
        first = await app.container.close_account()(caller=caller, confirm="ann")
        app.clock.advance(timedelta(minutes=1))
        assert await app.container.close_account()(caller=caller, confirm="ann") == first
        assert app.event_types().count(EventType.ERASURE_REQUESTED) == 1


class TestClosedAccount:
    async def test_answers_like_a_wrong_password(self) -> None:
        """The right and a wrong password get the answer that they get of an account that does not exist."""
        app = Application()
        await close(app, await a_caller(app))
        for name, password in (("ann", "sntsh"), ("ann", "wrong"), ("nobody", "sntsh")):
            with pytest.raises(InvalidCredentials):
                await app.log_in(username=name, password=password, client=A_DEVICE)

    async def test_link_keeps_it_once(self) -> None:
        app = Application()
        token = await close(app, await a_caller(app))
        await app.container.keep_account()(token=token)
        await app.a_log_in("ann")
        with pytest.raises(InvalidLink):
            await app.container.keep_account()(token=token)
        app.clock.advance(timedelta(days=8))
        assert await app.container.erase_due_accounts()() == 0
        assert ANN in app.storage.users

    async def test_operator_keeps_it(self) -> None:
        app = Application()
        await close(app, await a_caller(app))
        await app.container.keep_user()(username="ann")
        await app.a_log_in("ann")
        with pytest.raises(ErasureNotFound):
            await app.container.keep_user()(username="ann")

    async def test_enabling_keeps_it(self) -> None:
        app = Application()
        await close(app, await a_caller(app))
        await app.enable_user(username="ann")
        app.clock.advance(timedelta(days=8))
        assert await app.container.erase_due_accounts()() == 0

    async def test_administrator_who_enables_it_keeps_it(self) -> None:
        app = Application()
        await close(app, await a_caller(app))
        root = await principal_of(app, await a_user_with(app, "root1", "admin"))
        await app.container.enable_user_by_admin()(acting=root, user_id=ANN)
        app.clock.advance(timedelta(days=8))
        assert await app.container.erase_due_accounts()() == 0

    @pytest.mark.parametrize("before", [True, False])
    async def test_link_does_not_enable_what_an_operator_disabled(self, *, before: bool) -> None:
        """R58 (CWE-367): also if the owner's request was authenticated before, and carried out afterwards."""
        app = Application()
        caller = await a_caller(app)
        if before:
            await app.disable_user(username="ann")
        token = await close(app, caller)
        if not before:
            await app.disable_user(username="ann")
        await app.container.keep_account()(token=token)
        assert app.storage.users[ANN].disabled_at is not None


class TestErasure:
    async def test_is_never_early(self) -> None:
        app = Application()
        await close(app, await a_caller(app))
        app.clock.advance(timedelta(days=7) - timedelta(seconds=1))
        assert await app.container.erase_due_accounts()() == 0
        app.clock.advance(timedelta(seconds=1))
        assert await app.container.erase_due_accounts()() == 1
        assert await app.container.erase_due_accounts()() == 0

    async def test_of_one_account_does_not_keep_the_others(self) -> None:
        """A foreign key of another application may refuse one of them for good."""
        app = Application()
        for name in ("ann", "bob"):
            await app.a_user(name)
            await app.container.close_user()(username=name)
        app.clock.advance(timedelta(days=7))
        erase = app.container.erase_account()

        async def refuse_the_first(user_id: UserId) -> bool:
            if user_id == ANN:
                raise RuntimeError
            return await erase(user_id)

        due = EraseDueAccounts(
            erasures=app.container.erasures(),
            erase_account=refuse_the_first,
            retention=timedelta(days=365),
            clock=app.clock,
        )
        with pytest.raises(RuntimeError):
            await due()
        assert list(app.storage.users) == [ANN]

    async def test_of_many_accounts_does_not_keep_later_ones(self) -> None:
        """More accounts than a round erases are refused for good, and one takes too long each time."""
        app = Application()
        now, slow, last = app.clock.now(), UserId(AT_ONCE + 10), UserId(AT_ONCE + 20)
        for number in range(1, last + 1):
            await app.container.erasures().request(
                an_erasure(UserId(number), at=now + timedelta(seconds=number))
            )
        app.clock.advance(timedelta(days=1))
        tried: list[UserId] = []

        async def erase(user_id: UserId) -> bool:
            tried.append(user_id)
            if user_id == slow:
                raise StorageUnavailable
            if user_id == last:
                return True
            raise RuntimeError

        due = EraseDueAccounts(
            erasures=app.container.erasures(),
            erase_account=erase,
            retention=timedelta(days=365),
            clock=app.clock,
        )
        for expected in (RuntimeError, StorageUnavailable, RuntimeError):
            with pytest.raises(expected):
                await due()
        assert tried == list(range(1, last + 1))
        with pytest.raises(RuntimeError):
            await due()
        assert tried[last:] == list(range(1, AT_ONCE + 1))

    async def test_clears_an_event_that_an_export_records_late(self) -> None:
        """The export began before the account was erased, and was committed afterwards."""
        app = Application()
        await app.a_user("ann")
        await app.container.close_user()(username="ann", at_once=True)
        late = Event(type=EventType.DATA_EXPORTED, occurred_at=app.clock.now(), user_id=ANN)
        with event_source(EventSource(Actor.CLIENT, "192.0.2.1")):
            async with app.container.unit_of_work().begin() as transaction:
                await transaction.events.record(late)
                await transaction.commit()
        app.clock.advance(LATE)
        await app.container.erase_due_accounts()()
        assert app.storage.entries[-1].event == late
        assert app.storage.entries[-1].source == EventSource(Actor.CLIENT, None)

    async def test_export_of_an_account_that_was_erased_meanwhile(self) -> None:
        app = Application()
        caller = await a_caller(app)
        await app.container.close_user()(username="ann", at_once=True)
        with pytest.raises(InvalidAccessToken):
            await app.container.export_account()(caller=caller)
        assert app.event_types()[-1] is EventType.USER_ERASED

    async def test_link_is_void_afterwards(self) -> None:
        app = Application()
        token = await close(app, await a_caller(app))
        app.clock.advance(timedelta(days=7))
        await app.container.erase_due_accounts()()
        with pytest.raises(InvalidLink):
            await app.container.keep_account()(token=token)

    async def test_sends_a_mail_to_the_last_address(self) -> None:
        app = Application()
        await close(app, await a_caller(app))
        app.clock.advance(timedelta(days=7))
        await app.container.erase_due_accounts()()
        (mail,) = await app.deliver()
        assert mail.to == "ann@example.com"
        assert "account_erased" in mail.subject

    async def test_operator_erases_at_once(self) -> None:
        """Also an account that is closing already."""
        app = Application()
        await close(app, await a_caller(app))
        closed = await app.container.close_user()(username="ann", at_once=True)
        assert closed.is_erased
        assert ANN not in app.storage.users

    async def test_name_rests(self) -> None:
        app = Application()
        await a_caller(app)
        await app.container.close_user()(username="ann", at_once=True)
        for name in ("ann", "ANN"):
            with pytest.raises(UsernameTaken):
                await app.register_user(username=name, password="sntsh", fullname="A", address="192.0.2.1")
        app.clock.advance(timedelta(days=90, seconds=1))
        await app.register_user(username="ann", password="sntsh", fullname="A", address="192.0.2.1")

    async def test_invitation_does_not_give_a_resting_name(self) -> None:
        app = Application()
        await a_caller(app)
        await app.container.close_user()(username="ann", at_once=True)
        await app.deliver()
        root = await principal_of(app, await a_user_with(app, "root1", "admin"))
        await app.container.invite_by_admin()(
            acting=root, request=InvitationRequest(email="other@example.com")
        )
        accept = app.container.accept_invitation()
        fields = {"password": "sntsh", "fullname": "A", "address": "192.0.2.1"}
        token = token_of("fa_in_", await app.deliver())
        with pytest.raises(UsernameTaken):
            await accept(token=token, username="ann", locale=None, **fields)
        await accept(token=token, username="bea", locale=None, **fields)

    async def test_operator_may_give_a_resting_name(self) -> None:
        app = Application()
        await a_caller(app)
        await app.container.close_user()(username="ann", at_once=True)
        await app.a_user("ann")

    async def test_is_forgotten_with_the_audit_trail(self) -> None:
        app = Application()
        await a_caller(app)
        await app.container.close_user()(username="ann", at_once=True)
        app.clock.advance(timedelta(days=366))
        await app.container.erase_due_accounts()()
        assert app.storage.erasures == {}


class TestExport:
    async def test_is_once_a_day(self) -> None:
        app = RateLimitedApplication()
        caller = await a_caller(app)
        export = await app.container.export_account()(caller=caller)
        assert export.tables["user_info"] == [{"id": 1, "username": "ann"}]
        assert "ann" not in repr(export)
        with pytest.raises(TooManyRequests):
            await app.container.export_account()(caller=caller)
        assert app.event_types().count(EventType.DATA_EXPORTED) == 1

    async def test_owner_gets_a_mail(self) -> None:
        app = Application()
        caller = await a_caller(app)
        await app.deliver()
        await app.container.export_account()(caller=caller)
        assert [each.to for each in await app.deliver()] == ["ann@example.com"]


class TestReplay:
    async def test_erases_again(self) -> None:
        app = Application()
        await a_caller(app)
        state = vars(app.storage)
        backup = {name: each.copy() for name, each in state.items() if isinstance(each, dict | list)}
        await app.container.close_user()(username="ann", at_once=True)
        (page,) = [page async for page in app.container.list_erasures()()]
        line = app.container.erased_list().line(page[0].erasure)
        state.update(backup)
        erased = app.container.erased_list().read(line)
        assert erased
        assert await app.container.replay_erasure()(erased=erased) == "erased"
        assert await app.container.replay_erasure()(erased=erased) == "absent"
        assert ANN not in app.storage.users

    async def test_spares_another_account_with_the_same_id(self) -> None:
        """An id may be given again after a restore: the older backup does not contain it."""
        app = Application()
        await a_caller(app)
        await app.container.close_user()(username="ann", at_once=True)
        (page,) = [page async for page in app.container.list_erasures()()]
        app.storage.erasures.clear()
        await app.a_user("bob")
        assert ANN in app.storage.users
        erased = app.container.erased_list().read(app.container.erased_list().line(page[0].erasure))
        assert erased
        assert await app.container.replay_erasure()(erased=erased) == "other_name"
        assert ANN in app.storage.users

    async def test_refuses_lines_that_are_not_signed(self) -> None:
        app = Application()
        await a_caller(app)
        await app.container.close_user()(username="ann", at_once=True)
        (page,) = [page async for page in app.container.list_erasures()()]
        ours = ErasedList(A_SECRET_KEY)
        line = ours.line(page[0].erasure)
        foreign = ErasedList(SecretKey(b"another secret key, 32 bytes long")).line(page[0].erasure)
        for bad in (
            foreign,
            line.replace('"user_id": 1', '"user_id": 2'),
            "{}",
            "[",
            '{"user_id": "1"}',
            "é",
        ):
            assert ours.read(bad) is None
        assert ours.read(line)


class TestCloseUserByAdmin:
    async def test_follows_the_rules_of_delegation(self) -> None:
        """Not one's own account, no account that holds more, and not without the permission."""
        app = Application()
        root = await a_user_with(app, "root1", "admin")
        other = await a_user_with(app, "root2", "admin")
        ann = await a_user_with(app, "ann")
        close = app.container.close_user_by_admin()
        clerk = await principal_of(app, ann)
        with pytest.raises(NotPermitted):
            await close(acting=clerk, user_id=root.id)
        acting = await principal_of(app, root)
        with pytest.raises(OwnAccount):
            await close(acting=acting, user_id=root.id)
        limited = await principal_of(app, root, only=frozenset({"fastauth:users.write"}))
        with pytest.raises(MorePrivileged):
            await close(acting=limited, user_id=other.id)
        assert app.storage.erasures == {}
        assert await close(acting=acting, user_id=ann.id) == app.clock.now() + timedelta(days=7)
        assert app.storage.entries[-1].source
        assert app.storage.entries[-1].source.actor_id == root.id


class TestReceipts:
    async def test_is_of_an_erased_account_and_of_a_reader_of_events(self) -> None:
        app = Application()
        await a_caller(app)
        confirm = app.container.confirm_erasure()
        reader = Principal(
            kind=PrincipalKind.CLIENT, permissions=frozenset({"fastauth:events.read"}), client_id="fa_c_1"
        )
        unprivileged = Principal(kind=PrincipalKind.CLIENT, permissions=frozenset(), client_id="fa_c_2")
        await app.container.close_user()(username="ann")
        with pytest.raises(ErasureNotFound):
            await confirm(acting=reader, user_id=ANN)
        await app.container.close_user()(username="ann", at_once=True)
        with pytest.raises(NotPermitted):
            await confirm(acting=unprivileged, user_id=ANN)
        for _ in range(2):
            await confirm(acting=reader, user_id=ANN)
        assert [each.consumer for each in app.storage.receipts.values()] == ["fa_c_1"]
