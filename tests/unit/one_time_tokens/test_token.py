"""Purposes and texts of one-time tokens."""

import re
from datetime import UTC, datetime, timedelta

from tests.application import A_SECRET_KEY

from fastauth.domain.one_time_tokens.token import OneTimeToken, OneTimeTokenCodec, Purpose
from fastauth.domain.secret_key import SecretKey

ANOTHER_SECRET_KEY = SecretKey(b"another secret key of the tests, 32 bytes")
CODEC = OneTimeTokenCodec(A_SECRET_KEY)


class TestPurpose:
    def test_terms(self) -> None:
        """A change of one of these is a change of what clients and operators rely on."""
        assert {each: (each.prefix, each.lifetime, each.max_attempts) for each in Purpose} == {
            "verify_email": ("fa_ev_", timedelta(hours=24), None),
            "change_email": ("fa_ec_", timedelta(hours=1), None),
            "undo_email": ("fa_eu_", timedelta(days=7), None),
            "reset_password": ("fa_pr_", timedelta(minutes=10), None),
            "second_factor": ("fa_mf_", timedelta(minutes=5), 5),
            "login_code": ("fa_lc_", timedelta(seconds=60), None),
            "invitation": ("fa_in_", timedelta(days=7), None),
            "undo_erasure": ("fa_ue_", timedelta(days=30), None),
            "passkey_create": ("fa_wc_", timedelta(minutes=5), None),
            "passkey_get": ("fa_wg_", timedelta(minutes=5), None),
        }

    def test_prefixes_are_distinct(self) -> None:
        prefixes = [each.prefix for each in Purpose]
        assert not [each for each in prefixes for other in prefixes if each is not other and other in each]


class TestOneTimeTokenCodec:
    def test_text(self) -> None:
        for purpose in Purpose:
            texts = {CODEC.issue(purpose).text for _ in range(20)}
            assert len(texts) == 20, purpose
            assert all(re.fullmatch(purpose.prefix + "[A-Za-z0-9_-]{43}", text) for text in texts), purpose

    def test_digest_is_the_newest(self) -> None:
        codec = OneTimeTokenCodec(ANOTHER_SECRET_KEY, A_SECRET_KEY)
        new = codec.issue(Purpose.RESET_PASSWORD)
        digests = codec.digests(Purpose.RESET_PASSWORD, new.text)
        assert digests[0] == new.digest
        assert digests[1:] == CODEC.digests(Purpose.RESET_PASSWORD, new.text)
        assert [len(digest) for digest in digests] == [32, 32]

    def test_digest_depends_on_purpose_and_key(self) -> None:
        digest = CODEC.issue(Purpose.RESET_PASSWORD).digest
        text = CODEC.issue(Purpose.RESET_PASSWORD).text
        random_part = text.removeprefix("fa_pr_")
        digests = [
            OneTimeTokenCodec(key).digests(purpose, purpose.prefix + random_part)[0]
            for purpose in Purpose
            for key in (A_SECRET_KEY, ANOTHER_SECRET_KEY)
        ]
        assert len({digest, *digests}) == 2 * len(Purpose) + 1

    def test_digest_is_stable_across_versions(self) -> None:
        """A token that the previous version issued is valid in this one."""
        digests = {each: CODEC.digests(each, each.prefix + "A" * 43)[0].hex()[:16] for each in Purpose}
        assert digests == {
            "verify_email": "3626d20939c3ddbc",
            "change_email": "e2e0d8ed61f8fbc0",
            "undo_email": "84fde8d9a8ce992e",
            "reset_password": "4152f5beadb4b32c",
            "second_factor": "d02a0d10902c4b56",
            "login_code": "07edd3dcc3362fb8",
            "invitation": "536156325f2c9ef5",
            "undo_erasure": "ed2de70cfd697efe",
            "passkey_create": "14b7bb7d4d017b99",
            "passkey_get": "13624f4913ce7fd9",
        }

    def test_other_shapes_have_no_digest(self) -> None:
        text = CODEC.issue(Purpose.RESET_PASSWORD).text
        for other in (
            "",
            "fa_pr_",
            text[6:],
            text[:-1],
            text + "A",
            text + "\n",
            f"fa_ev_{text[6:]}",
            f"{text[:-1]}é",
        ):
            assert CODEC.digests(Purpose.RESET_PASSWORD, other) == (), other


class TestRepr:
    def test_has_neither_text_nor_contents(self) -> None:
        new = CODEC.issue(Purpose.RESET_PASSWORD)
        assert new.text[6:] not in repr(new)
        now = datetime(2026, 11, 22, tzinfo=UTC)
        token = OneTimeToken(
            purpose=Purpose.RESET_PASSWORD,
            user_id=None,
            session_id=None,
            subject="ann@example.com",
            payload="a secret",
            created_at=now,
            expires_at=now,
            consumed_at=None,
            attempts=0,
        )
        assert "a secret" not in repr(token)
        assert "ann@" not in repr(token)
