"""No way leads to a new password without a token from the mailbox of the account.

An attacker with a session and the owner of the account act in turns, and Hypothesis walks through what they
can do.
The model has of each link its account, its mailbox, when it was sent, and whether it was used.
"""

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from dependency_injector.providers import Object
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests import container_pool
from tests.application import A_DEVICE, Application
from tests.fakes import FakeOneTimeTokenRepository
from tests.fakes.at_once import result_of
from tests.harness.editions import size
from tests.mail_helpers import token_in
from tests.session_helpers import begun

from fastauth.application.email_addresses.undo_change import UndoAddressChange
from fastauth.application.email_addresses.verify_address import VerifyAddress
from fastauth.domain.accounts.user import UserId
from fastauth.domain.email_addresses.errors import EmailTaken
from fastauth.domain.errors import FastauthError
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, Purpose
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.domain.sessions.session import AuthenticatedUser

Result = TypeVar("Result")

OWNER, SQUATTER = "ann", "eve"
NAMES = st.sampled_from([OWNER, SQUATTER])
MAILBOXES = ["ann@example.com", "ann2@example.com", "eve@example.com"]
WHICH = st.integers(0, 9)
LINK = "fa_"
LIFETIMES = {
    "fa_ev_": timedelta(hours=24),
    "fa_ec_": timedelta(hours=1),
    "fa_eu_": timedelta(days=7),
    "fa_pr_": timedelta(minutes=10),
}
PROOFS = ("fa_ev_", "fa_ec_")
AGES = st.sampled_from(["new", "in time", "expired"])
AN_INSTANT = timedelta(microseconds=1)
ANOTHER_KEY = OneTimeTokenCodec(SecretKey(b"the secret key of another service"))


@dataclass
class Link:
    """What a link must be, by the rules and not by the code."""

    token: str
    account: UserId
    mailbox: str
    sent_at: datetime
    used: bool = False

    @property
    def kind(self) -> str:
        return self.token[:6]

    @property
    def expires_at(self) -> datetime:
        return self.sent_at + LIFETIMES[self.kind]


class RecoveryMachine(RuleBasedStateMachine):
    """R16 (CVE-2026-18963 (Keycloak); CWE-640): a reset without the message that was sent for it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()  # mails are delivered in tasks

    def teardown(self) -> None:
        self.loop.close()
        container_pool.take_back()  # the next example uses it

    def run(self, act: Coroutine[Any, Any, Result]) -> Result:
        return result_of(act)

    def attempt(self, act: Coroutine[Any, Any, Result], *refusals: type[FastauthError]) -> bool:
        """Return whether an act was done, and not refused in one of these ways."""
        try:
            self.run(act)
        except refusals:
            return False
        return True

    @initialize()
    def accounts_are_there(self) -> None:
        self.app = Application()
        budget = replace(self.app.container.sending_budget(), limit=RateLimit(10_000, timedelta(minutes=1)))
        self.app.container.sending_budget.override(Object(budget))  # no mail is postponed
        self.passwords = {OWNER: "password 0", SQUATTER: "password 0"}
        self.ids = {}
        for name, password in self.passwords.items():
            self.run(self.app.a_user(name, password))
            self.ids[name] = self.run(self.app.find_user(username=name)).id
        self.unit_of_work = self.app.container.unit_of_work()
        self.hashes = self.stored_hashes()
        self.callers: list[AuthenticatedUser] = []
        self.links: list[Link] = []
        self.proved: dict[UserId, set[str]] = {user_id: set() for user_id in self.ids.values()}
        self.number = 0

    def stored_hashes(self) -> dict[UserId, str]:
        return {user_id: each.encoded for user_id, each in self.app.storage.passwords.items()}

    def accept(self, link: Link, *kinds: str) -> None:
        """Note that a link was used, which is allowed once, before its end, where it belongs."""
        assert link.kind in kinds
        assert not link.used
        assert self.app.clock.now() < link.expires_at
        link.used = True

    def check_evidence(self, link: Link) -> None:
        """A used link of a reset is known as used, and was not just withdrawn."""
        purpose = Purpose.RESET_PASSWORD
        digests = self.app.container.one_time_token_codec().digests(purpose, link.token)
        tokens = FakeOneTimeTokenRepository(self.app.storage)
        assert self.run(tokens.find_consumed(digests, purpose=purpose))

    def wait(self, link: Link, age: str) -> None:
        """Let time pass until the link has this age."""
        if age != "new":
            self.app.clock.advance(link.expires_at - self.app.clock.now())
            if age == "in time":
                self.app.clock.advance(-AN_INSTANT)

    @rule(name=NAMES, right=st.sampled_from([True, True, False]))
    def log_in(self, name: str, right: bool) -> None:  # noqa: FBT001  drawn by Hypothesis
        password = self.passwords[name] if right else "wrong"
        act = self.app.log_in(username=name, password=password, client=A_DEVICE)
        if not right:
            assert not self.attempt(act, InvalidCredentials)
            return
        tokens = begun(self.run(act)).tokens
        self.callers.append(self.run(self.app.authenticate(access_token=tokens.access.text)))

    @rule(which=WHICH, mailbox=st.sampled_from(MAILBOXES))
    def change(self, which: int, mailbox: str) -> None:
        if self.callers:
            caller = self.callers[which % len(self.callers)]
            self.attempt(self.app.change_address(caller=caller, email=mailbox), StepUpRequired)

    @rule(identifier=st.sampled_from([OWNER, SQUATTER, *MAILBOXES]))
    def request(self, identifier: str) -> None:
        self.run(self.app.request_password_reset(identifier=identifier, address="192.0.2.1"))

    @rule()
    def mails_arrive(self) -> None:
        self.arrived()

    def arrived(self) -> list[Link]:
        """Deliver the mails; return their links."""
        accounts = {id_: each.record.user_id for id_, each in self.app.storage.outbox.items()}
        mails = [mail for mail in self.loop.run_until_complete(self.app.deliver()) if LINK in mail.text]
        links = []
        for mail in mails:
            named = re.findall(r"^username: (\w+)$", mail.text, re.MULTILINE)
            account = self.ids[named[0]] if named else accounts[mail.message_id.partition("@")[0]]
            assert account
            links.append(Link(token_in(mail), account, mail.to, self.app.clock.now()))
            assert links[-1].kind != "fa_pr_" or mail.to in self.proved[account]
        self.links += links
        return links

    @rule(which=WHICH, session=WHICH)
    def verify(self, which: int, session: int) -> None:
        if self.links and self.callers:
            link = self.links[-1 - which % len(self.links)]
            self.verify_by(self.callers[session % len(self.callers)], link, InvalidLink, EmailTaken)

    def verify_by(self, caller: AuthenticatedUser, link: Link, *refusals: type[FastauthError]) -> bool:
        if not self.attempt(self.app.verify_address(caller=caller, token=link.token), *refusals):
            return False
        assert link.account == caller.user.id
        self.accept(link, *PROOFS)
        self.proved[link.account].add(link.mailbox)
        return True

    @rule(name=NAMES, mailbox=st.sampled_from(MAILBOXES), age=AGES)
    def prove(self, name: str, mailbox: str, age: str) -> None:
        self.proves(name, mailbox, age)

    def proves(self, name: str, mailbox: str, age: str = "new") -> bool:
        """Add an address, and use the link in the mail to it. Return whether the address is verified."""
        caller, link = self.pending(name, mailbox)
        self.wait(link, age)
        foreign = VerifyAddress(tokens=ANOTHER_KEY, unit_of_work=self.unit_of_work, clock=self.app.clock)
        assert not self.attempt(foreign(caller=caller, token=link.token), InvalidLink)
        refusal = InvalidLink if age == "expired" else EmailTaken
        return self.verify_by(caller, link, refusal)

    def pending(self, name: str, mailbox: str) -> tuple[AuthenticatedUser, Link]:
        """Log in and add an address; return the session and the link in the mail."""
        self.log_in(name, right=True)
        caller = self.callers[-1]
        self.app.clock.advance(seconds=1)  # no entry before this one is as new
        self.run(self.app.change_address(caller=caller, email=mailbox))
        links = [each for each in self.arrived() if each.kind in PROOFS and each.account == caller.user.id]
        return caller, links[-1]

    @rule(mailbox=st.sampled_from(MAILBOXES))
    def exchange_links(self, mailbox: str) -> None:
        """Both add one address, and each uses the link of the other."""
        (ann, hers), (eve, his) = self.pending(OWNER, mailbox), self.pending(SQUATTER, mailbox)
        assert not self.verify_by(ann, his, InvalidLink)
        assert not self.verify_by(eve, hers, InvalidLink)

    @rule(which=WHICH)
    def undo(self, which: int) -> None:
        if self.links:
            self.undo_by(self.links[-1 - which % len(self.links)], InvalidLink, EmailTaken)

    def undo_by(self, link: Link, *refusals: type[FastauthError]) -> bool:
        done = self.attempt(self.app.undo_address_change(token=link.token), *refusals)
        if done:
            self.accept(link, "fa_eu_")
        return done

    @rule(name=NAMES, mailboxes=st.permutations(MAILBOXES))
    def undo_twice(self, name: str, mailboxes: list[str]) -> None:
        """A user changes an address, undoes that, changes it again, and uses the same link again."""
        first, second, _ = mailboxes
        if self.proves(name, first) and self.proves(name, second):
            link = self.undo_link(first)
            foreign = UndoAddressChange(
                tokens=ANOTHER_KEY, unit_of_work=self.unit_of_work, clock=self.app.clock
            )
            assert not self.attempt(foreign(token=link.token), InvalidLink)
            assert self.undo_by(link)
            assert self.proves(name, second)
            assert not self.undo_by(link, InvalidLink)

    def undo_link(self, mailbox: str) -> Link:
        """Return the link in the mail that has just come to the replaced address."""
        return next(each for each in self.arrived() if (each.kind, each.mailbox) == ("fa_eu_", mailbox))

    @rule(name=NAMES, mailboxes=st.permutations(MAILBOXES))
    def use_links_elsewhere(self, name: str, mailboxes: list[str]) -> None:
        """An attacker uses links for another purpose than theirs, though the address in them fits."""
        first, second, _ = mailboxes
        if self.proves(name, first) and self.proves(name, second):
            undo = self.undo_link(first)
            caller, proof = self.pending(name, first)  # the subject of both links
            for kind in PROOFS:
                for token in (undo.token, kind + undo.token[6:]):
                    assert not self.attempt(self.app.verify_address(caller=caller, token=token), InvalidLink)
            for token in (proof.token, "fa_eu_" + proof.token[6:]):
                assert not self.attempt(self.app.undo_address_change(token=token), InvalidLink)
            self.request(name)
            resets = [each.mailbox for each in self.arrived() if each.kind == "fa_pr_"]
            assert resets == [second], "not the pending address"

    @rule(which=WHICH, edit=st.sampled_from(["", "", "", "x", "cut"]))
    def complete(self, which: int, edit: str) -> None:
        link = self.links[-1 - which % len(self.links)] if self.links else None
        token = link.token if link else "fa_pr_" + "A" * 43
        presented = {"": token, "x": token + "x", "cut": token[:-1]}[edit]
        if self.complete_by(presented, InvalidLink):
            assert link
            assert presented == link.token
            self.accept(link, "fa_pr_")
            assert self.changed == [link.account]

    def complete_by(self, token: str, *refusals: type[FastauthError]) -> bool:
        """Try to reset a password by a token; note whose password that has changed."""
        self.number += 1
        password = f"password {self.number}"
        act = self.app.complete_password_reset(token=token, new_password=password)
        if not self.attempt(act, *refusals):
            return False
        stored = self.stored_hashes()
        self.changed = [user_id for user_id in stored if stored[user_id] != self.hashes[user_id]]
        self.passwords |= {name: password for name, user_id in self.ids.items() if user_id in self.changed}
        self.hashes = stored
        return True

    @rule(name=NAMES, by_address=st.booleans(), age=AGES)
    def recover(self, name: str, by_address: bool, age: str) -> None:  # noqa: FBT001  drawn by Hypothesis
        """The reader of the verified address can log in, whatever happened before, until the link expires."""
        addresses = self.run(self.app.container.email_addresses().of_user(self.ids[name]))
        self.mails_arrive()
        typed = addresses.verified.address.text if by_address and addresses.verified else name
        self.request(typed)
        links = [each for each in self.arrived() if each.kind == "fa_pr_"]
        assert len(links) == bool(addresses.verified), (typed, addresses, self.app.storage.outbox)
        for link in links:
            self.wait(link, age)
            if age == "expired":
                assert not self.complete_by(link.token, InvalidLink)
                continue
            assert self.complete_by(link.token)
            self.accept(link, "fa_pr_")
            assert self.changed == [self.ids[name]]
            self.check_evidence(link)

    @rule(which=WHICH)
    def remove(self, which: int) -> None:
        if self.callers:
            caller = self.callers[which % len(self.callers)]
            self.attempt(self.app.remove_address(caller=caller), StepUpRequired)

    @rule(minutes=st.sampled_from([1, 9, 60]))
    def time_passes(self, minutes: int) -> None:
        self.app.clock.advance(minutes=minutes)

    @invariant()
    def no_password_changes_but_by_a_completed_reset(self) -> None:
        if hasattr(self, "app"):
            assert self.stored_hashes() == self.hashes

    @invariant()
    def no_address_is_verified_that_was_not_proved_on_its_account(self) -> None:
        if hasattr(self, "app"):
            for record in self.app.storage.addresses.values():
                if record.verified_at:
                    assert record.address.text in self.proved[record.user_id]


class TestRecovery:
    def test_state_machine(self) -> None:
        bounds = settings(max_examples=size(20, 200), stateful_step_count=25, deadline=None)
        run_state_machine_as_test(RecoveryMachine, settings=bounds)
