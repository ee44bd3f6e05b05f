"""No way leads to a new password without a token from the mailbox of the account.

An attacker with a session and the owner of the account act in turns, and Hypothesis walks through what they
can do.
The model knows whose mailbox each mail went to, and nothing else.
"""

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from dependency_injector.providers import Object
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests import container_pool
from tests.application import A_DEVICE, Application
from tests.harness.editions import size
from tests.mail_helpers import token_in
from tests.session_helpers import begun

from fastauth.domain.accounts.user import UserId
from fastauth.domain.email_addresses.errors import EmailTaken
from fastauth.domain.errors import FastauthError
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.domain.sessions.session import AuthenticatedUser

Result = TypeVar("Result")

OWNER, SQUATTER = "ann", "eve"
MAILBOXES = ["ann@example.com", "ann2@example.com", "eve@example.com"]
LINK = "fa_"


class RecoveryMachine(RuleBasedStateMachine):
    """R16 (CVE-2026-18963 (Keycloak); CWE-640): a reset without the message that was sent for it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()

    def teardown(self) -> None:
        self.loop.close()
        container_pool.take_back()  # the next example uses it

    def run(self, act: Coroutine[Any, Any, Result]) -> Result:
        return self.loop.run_until_complete(act)

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
        self.hashes = self.stored_hashes()
        self.callers: list[AuthenticatedUser] = []
        self.tokens: list[str] = []
        self.proved: dict[UserId, set[str]] = {user_id: set() for user_id in self.ids.values()}
        self.completed: list[str] = []
        self.number = 0

    def stored_hashes(self) -> dict[UserId, str]:
        return {user_id: each.encoded for user_id, each in self.app.storage.passwords.items()}

    @rule(name=st.sampled_from([OWNER, SQUATTER]), right=st.sampled_from([True, True, False]))
    def log_in(self, name: str, right: bool) -> None:  # noqa: FBT001  drawn by Hypothesis
        password = self.passwords[name] if right else "wrong"
        act = self.app.log_in(username=name, password=password, client=A_DEVICE)
        if not right:
            assert not self.attempt(act, InvalidCredentials)
            return
        tokens = begun(self.run(act)).tokens
        self.callers.append(self.run(self.app.authenticate(access_token=tokens.access.text)))

    @rule(which=st.integers(0, 9), mailbox=st.sampled_from(MAILBOXES))
    def change(self, which: int, mailbox: str) -> None:
        if self.callers:
            caller = self.callers[which % len(self.callers)]
            self.attempt(self.app.change_address(caller=caller, email=mailbox), StepUpRequired)

    @rule(identifier=st.sampled_from([OWNER, SQUATTER, *MAILBOXES]))
    def request(self, identifier: str) -> None:
        self.run(self.app.request_password_reset(identifier=identifier, address="192.0.2.1"))

    @rule()
    def mails_arrive(self) -> None:
        for mail in self.run(self.app.deliver()):
            if LINK not in mail.text:
                continue
            token = token_in(mail)
            self.tokens.append(token)
            if token.startswith("fa_pr_"):
                (name,) = re.findall(r"^username: (\w+)$", mail.text, re.MULTILINE)
                assert mail.to in self.proved[self.ids[name]]

    @rule(which=st.integers(0, 9), session=st.integers(0, 9))
    def verify(self, which: int, session: int) -> None:
        if not (self.tokens and self.callers):
            return
        token = self.tokens[-1 - which % len(self.tokens)]
        caller = self.callers[session % len(self.callers)]
        try:
            verified = self.run(self.app.verify_address(caller=caller, token=token))
        except (InvalidLink, EmailTaken):
            return
        assert token.startswith(("fa_ev_", "fa_ec_"))
        self.proved[caller.user.id].add(verified.address.text)

    @rule(name=st.sampled_from([OWNER, SQUATTER]), mailbox=st.sampled_from(MAILBOXES))
    def prove(self, name: str, mailbox: str) -> None:
        """Somebody adds an address and uses the link in the mail to it at once."""
        self.log_in(name, right=True)
        caller = self.callers[-1]
        self.app.clock.advance(seconds=1)  # no entry before this one is as new
        self.run(self.app.change_address(caller=caller, email=mailbox))
        known = len(self.tokens)
        self.mails_arrive()
        proofs = [token for token in self.tokens[known:] if token.startswith(("fa_ev_", "fa_ec_"))]
        if self.attempt(self.app.verify_address(caller=caller, token=proofs[-1]), EmailTaken):
            self.proved[caller.user.id].add(mailbox)

    @rule(which=st.integers(0, 9))
    def undo(self, which: int) -> None:
        if self.tokens:
            token = self.tokens[-1 - which % len(self.tokens)]
            if self.attempt(self.app.undo_address_change(token=token), InvalidLink, EmailTaken):
                assert token.startswith("fa_eu_")

    @rule(which=st.integers(0, 9), edit=st.sampled_from(["", "", "", "x", "cut"]))
    def complete(self, which: int, edit: str) -> None:
        self.number += 1
        password = f"password {self.number}"
        token = self.tokens[-1 - which % len(self.tokens)] if self.tokens else "fa_pr_" + "A" * 43
        presented = {"": token, "x": token + "x", "cut": token[:-1]}[edit]
        if self.attempt(
            self.app.complete_password_reset(token=presented, new_password=password), InvalidLink
        ):
            assert presented == token
            assert token.startswith("fa_pr_")
            assert token not in self.completed
            self.completed.append(token)
            (changed,) = [
                user_id for user_id, stored in self.stored_hashes().items() if stored != self.hashes[user_id]
            ]
            name = next(name for name, user_id in self.ids.items() if user_id == changed)
            self.passwords[name] = password
            self.hashes = self.stored_hashes()

    @rule(name=st.sampled_from([OWNER, SQUATTER]), by_address=st.booleans())
    def recover(self, name: str, by_address: bool) -> None:  # noqa: FBT001  drawn by Hypothesis
        """Whoever reads the address in force gets in, whatever happened before."""
        addresses = self.run(self.app.container.email_addresses().of_user(self.ids[name]))
        self.mails_arrive()
        known = len(self.tokens)
        typed = addresses.verified.address.text if by_address and addresses.verified else name
        self.request(typed)
        self.mails_arrive()
        links = [token for token in self.tokens[known:] if token.startswith("fa_pr_")]
        assert len(links) == bool(addresses.verified), (typed, addresses, self.app.storage.outbox)
        if links:
            self.number += 1
            self.passwords[name] = f"password {self.number}"
            act = self.app.complete_password_reset(token=links[0], new_password=self.passwords[name])
            self.run(act)
            self.completed.append(links[0])
            self.hashes = self.stored_hashes()

    @rule(which=st.integers(0, 9))
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
    def no_address_is_in_force_that_was_not_proved_on_its_account(self) -> None:
        if hasattr(self, "app"):
            for record in self.app.storage.addresses.values():
                if record.verified_at:
                    assert record.address.text in self.proved[record.user_id]


TestRecovery = RecoveryMachine.TestCase
TestRecovery.settings = settings(max_examples=size(20, 200), stateful_step_count=40, deadline=None)
