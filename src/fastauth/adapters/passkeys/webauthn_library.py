"""Calls of py_webauthn. The functions return ``None``, or raise anything, for what is to be refused."""

import json
from collections import defaultdict
from collections.abc import Mapping
from io import BytesIO
from typing import Any, NoReturn

import cbor2
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    encode_cbor,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import CredentialDeviceType

from fastauth.domain import base64url
from fastauth.domain.passkeys.passkey import (
    MAX_CREDENTIAL_ID_BYTES,
    MIN_CREDENTIAL_ID_BYTES,
    Assertion,
    CredentialId,
    NewCredential,
)
from fastauth.domain.passkeys.relying_party import ALGORITHMS, RelyingParty

RSA_BITS = (2048, 4096)
"""Sizes of RSA keys that are accepted; larger ones make each verification slow."""

# Authenticator data (Web Authentication Level 3, section 6.1): sizes in bytes, and the position of the flags
_HEAD, _FLAGS, _AAGUID = 37, 32, 16
_HAS_KEY = 0x40

_TRANSPORTS = frozenset({"ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"})


def verify_registration(
    party: RelyingParty, given: Mapping[str, Any], *, challenge: bytes, require_user_verification: bool
) -> NewCredential | None:
    """See `fastauth.domain.passkeys.ports.PasskeyVerifier.verify_registration`."""
    credential = parse_registration_credential_json(dict(given))
    if not _is_exact(credential.response.client_data_json, challenge):
        return None
    credential.response.attestation_object = _without_statement(credential.response.attestation_object)
    verified = verify_registration_response(
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=party.id,
        expected_origin=list(party.origins),
        require_user_verification=require_user_verification,
        supported_pub_key_algs=list(map(COSEAlgorithmIdentifier, ALGORITHMS)),
    )
    id_ = verified.credential_id
    is_valid = id_ == credential.raw_id and MIN_CREDENTIAL_ID_BYTES <= len(id_) <= MAX_CREDENTIAL_ID_BYTES
    if not is_valid or not _is_usable(verified.credential_public_key):
        return None
    return NewCredential(
        id=CredentialId(base64url.encode(id_)),
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        aaguid=verified.aaguid,
        transports=_transports(given["response"].get("transports")),
        backup_eligible=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        backed_up=verified.credential_backed_up,
        user_verified=verified.user_verified,
    )


def verify_assertion(
    party: RelyingParty,
    given: Mapping[str, Any],
    *,
    challenge: bytes,
    public_key: bytes,
    require_user_verification: bool,
) -> Assertion | None:
    """See `fastauth.domain.passkeys.ports.PasskeyVerifier.verify_assertion`."""
    credential = parse_authentication_credential_json(dict(given))
    if not _is_exact(credential.response.client_data_json, challenge):
        return None
    _check_authenticator_data(credential.response.authenticator_data)
    verified = verify_authentication_response(
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=party.id,
        expected_origin=list(party.origins),
        credential_public_key=public_key,
        credential_current_sign_count=0,  # otherwise it compares counters before it verifies the signature
        require_user_verification=require_user_verification,
    )
    return Assertion(
        sign_count=verified.new_sign_count,
        user_verified=verified.user_verified,
        backup_eligible=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        backed_up=verified.credential_backed_up,
    )


def _is_exact(client_data: bytes, challenge: bytes) -> bool:
    """Return whether the challenge is spelled as it was sent, and no frame of another origin requested it.

    The library decodes base64url leniently, and ignores ``crossOrigin``.
    """
    content = json.loads(client_data)
    return content["challenge"] == base64url.encode(challenge) and not content.get("crossOrigin")


def _without_statement(attestation: bytes) -> bytes:
    """Return the attestation object with the format ``none``, which the options have requested.

    Some clients send a statement all the same. It is not evaluated, so its certificates are not parsed.
    """
    data = _decoder(attestation).decode()["authData"]
    _check_authenticator_data(data)
    return encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})


def _check_authenticator_data(data: bytes) -> None:
    """Raise unless the CBOR at the end, a key and extensions, is what an encoder makes of its values.

    The library looks for the extensions behind its own encoding of the key.
    """
    start = _HEAD
    if data[_FLAGS] & _HAS_KEY:
        start += _AAGUID + 2 + int.from_bytes(data[start + _AAGUID :][:2])
    given, encoded = data[start:], b""
    decoder = _decoder(given)
    while len(encoded) < len(given):
        encoded += encode_cbor(decoder.decode())
    if encoded != given:
        raise ValueError("the CBOR is not canonical")


def _decoder(content: bytes) -> cbor2.CBORDecoder:
    """Return a decoder that refuses tags, as CTAP 2.2, section 8, does.

    By tags that refer to a value, 200 bytes become a value whose encoding takes all memory.
    """
    return cbor2.CBORDecoder(BytesIO(content), semantic_decoders=defaultdict(lambda: _refuse_tag))


def _refuse_tag(*_: object) -> NoReturn:
    raise ValueError("CBOR with a tag")


def _is_usable(cose_key: bytes) -> bool:
    """Return whether signatures of this key can be verified: for example, the point is on the curve."""
    key = decoded_public_key_to_cryptography(decode_credential_public_key(cose_key))
    least, most = RSA_BITS
    return not isinstance(key, RSAPublicKey) or least <= key.key_size <= most


def _transports(given: object) -> tuple[str, ...]:
    named = {each for each in given if isinstance(each, str)} if isinstance(given, list) else set()
    return tuple(sorted(named & _TRANSPORTS))
