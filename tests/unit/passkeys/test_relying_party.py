"""The options that a relying party gives to a browser."""

from datetime import UTC, datetime

from fastauth.domain.accounts.user import UserId
from fastauth.domain.passkeys.passkey import CredentialId, Passkey, PasskeyName, UserHandle
from fastauth.domain.passkeys.presented import PresentedCredential
from fastauth.domain.passkeys.relying_party import RelyingParty

PARTY = RelyingParty(id="example.com", name="Example", origins=("https://example.com",))
PASSKEY = Passkey(
    id=CredentialId("A" * 22),
    user_id=UserId(1),
    name=PasskeyName("Phone"),
    public_key=b"",
    sign_count=0,
    aaguid="",
    transports=("internal", "hybrid"),
    backup_eligible=True,
    backed_up=True,
    created_at=datetime(2026, 11, 22, tzinfo=UTC),
)
DESCRIPTOR = {"type": "public-key", "id": "A" * 22, "transports": ["internal", "hybrid"]}


class TestCreationOptions:
    def test_are_those_of_webauthn(self) -> None:
        """PublicKeyCredentialCreationOptionsJSON of Web Authentication Level 3, section 5.1.8."""
        assert PARTY.creation_options(
            challenge=b"\xff" * 4,
            handle=UserHandle(b"\xfe" * 4),
            username="ann",
            display_name="Ann Lee",
            existing=[PASSKEY],
        ) == {
            "rp": {"id": "example.com", "name": "Example"},
            "user": {"id": "_v7-_g", "name": "ann", "displayName": "Ann Lee"},
            "challenge": "_____w",
            "pubKeyCredParams": [{"type": "public-key", "alg": number} for number in (-8, -7, -257)],
            "timeout": 300_000,
            "excludeCredentials": [DESCRIPTOR],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": "required",
            },
            "attestation": "none",
        }


class TestRequestOptions:
    def test_are_those_of_webauthn(self) -> None:
        """PublicKeyCredentialRequestOptionsJSON of Web Authentication Level 3, section 5.1.10."""
        common = {"challenge": "_____w", "timeout": 300_000, "rpId": "example.com"}
        assert PARTY.request_options(challenge=b"\xff" * 4) == {
            **common,
            "allowCredentials": [],
            "userVerification": "required",
        }
        assert PARTY.request_options(
            challenge=b"\xff" * 4, allowed=[PASSKEY], user_verification="preferred"
        ) == {**common, "allowCredentials": [DESCRIPTOR], "userVerification": "preferred"}


class TestPresentedCredential:
    def test_of_a_browser(self) -> None:
        """The handle is left out where the options have named the passkeys."""
        for given, handle in (
            ({}, None),
            ({"userHandle": None}, None),
            ({"userHandle": "_v7-_g"}, b"\xfe" * 4),
        ):
            json = {"id": PASSKEY.id, "response": given}
            assert PresentedCredential.parse(json) == PresentedCredential(
                PASSKEY.id, None if handle is None else UserHandle(handle), json
            )

    def test_malformed_one_is_none(self) -> None:
        for id_, response in (
            (None, {}),
            ("", {}),
            (PASSKEY.id, None),
            *((PASSKEY.id, {"userHandle": handle}) for handle in ("", "A", "\u00e9", "_v7-_g==", 1, b"")),
        ):
            assert PresentedCredential.parse({"id": id_, "response": response}) is None, (id_, response)
