"""Links, times and the values of templates."""

from datetime import UTC, datetime, timedelta, timezone

from fastauth.domain.mail.errors import MailRejected, MailUnavailable
from fastauth.domain.mail.links import link
from fastauth.domain.mail.message import Message, Rendered
from fastauth.domain.mail.template import MailTemplate, show_time
from fastauth.domain.outbox.errors import PermanentFailure, TemporaryFailure

UNPROVED = {
    MailTemplate.VERIFY_ADDRESS,
    MailTemplate.CHANGE_ADDRESS,
    MailTemplate.ADDRESS_NOT_VERIFIED,
    MailTemplate.INVITATION,
    MailTemplate.TEST,
}


class TestLink:
    def test_token_is_in_the_fragment(self) -> None:
        target = "https://auth.example.com/reset/new"
        assert link(target, "fa_pr_4711") == "https://auth.example.com/reset/new#token=fa_pr_4711"


class TestShowTime:
    def test_is_in_utc(self) -> None:
        assert show_time(datetime(2026, 11, 22, 9, 5, tzinfo=UTC)) == "2026-11-22 09:05 UTC"
        east = timezone(timedelta(hours=5, minutes=30))
        assert show_time(datetime(2026, 11, 22, 9, 5, 59, tzinfo=east)) == "2026-11-22 03:35 UTC"


class TestMailTemplate:
    def test_unproved_address_gets_no_chosen_text(self) -> None:
        for template in UNPROVED:
            assert template.values <= {"link", "token", "hours", "minutes", "until"}, template
        assert all("username" in template.values for template in set(MailTemplate) - UNPROVED)


class TestMessage:
    def test_repr_has_no_secret(self) -> None:
        rendered = Rendered(subject="Subject", text="fa_pr_canary", html="fa_pr_canary")
        message = Message(
            to="canary@example.com",
            subject="s",
            text="fa_pr_canary",
            html="fa_pr_canary",
            message_id="1",
            language="en",
        )
        assert "canary" not in repr(rendered) + repr(message)


class TestErrors:
    def test_tell_the_outbox_whether_to_try_again(self) -> None:
        assert isinstance(MailRejected("550"), PermanentFailure)
        assert isinstance(MailUnavailable("421"), TemporaryFailure)
        assert (
            MailUnavailable("the server closed the connection").reason == "the server closed the connection"
        )
