"""Read the credentials of a user in an export of Keycloak.

They are a list of objects, in which two members are JSON in a text. Hashes are turned into the formats of
passlib and of Argon2, and the secret of an authenticator app into a key URI.
"""

import json
from base64 import b32encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

_ARGON2_VERSIONS = {"1.0": 16, "1.3": 19}
_PBKDF2 = {"pbkdf2": "pbkdf2", "pbkdf2-sha256": "pbkdf2-sha256", "pbkdf2-sha512": "pbkdf2-sha512"}
_IGNORED = frozenset({"credentials", "disableableCredentialTypes", "notBefore"})

UNREADABLE = "?"
"""In place of a credential that cannot be read: no hash and no secret, so the record is rejected."""


def has_credentials(record: Mapping[str, object]) -> bool:
    """Return whether a record is a user of Keycloak with credentials."""
    found = record.get("credentials")
    return isinstance(found, list) and all(isinstance(each, dict) and "type" in each for each in found)


def with_columns(record: Mapping[str, Any]) -> dict[str, object]:
    """Return the user with the columns ``password`` and ``totp_secret`` in place of the credentials."""
    found: dict[str, object] = {name: value for name, value in record.items() if name not in _IGNORED}
    for each in record["credentials"]:
        kind, secret, parameters = each["type"], _parsed(each, "secretData"), _parsed(each, "credentialData")
        if kind == "password":
            found.setdefault("password", _hash(secret, parameters))
        elif kind == "otp":
            found.setdefault("totp_secret", _key_uri(secret, parameters))
    return found


def _parsed(credential: Mapping[str, Any], name: str) -> dict[str, Any]:
    try:
        value = json.loads(credential.get(name, ""))
    except (ValueError, TypeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _hash(secret: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    value, salt = (str(secret.get(name, "")).rstrip("=") for name in ("value", "salt"))
    algorithm, rounds = parameters.get("algorithm"), parameters.get("hashIterations")
    if algorithm in _PBKDF2:
        return f"${_PBKDF2[algorithm]}${rounds}${salt}${value}"
    further = parameters.get("additionalParameters")
    if algorithm != "argon2" or not isinstance(further, dict):
        return UNREADABLE
    kind, version, memory, lanes = (
        _first(further.get(name)) for name in ("type", "version", "memory", "parallelism")
    )
    return f"$argon2{kind}$v={_ARGON2_VERSIONS.get(version)}$m={memory},t={rounds},p={lanes}${salt}${value}"


def _first(values: object) -> str:
    return str(values[0]) if isinstance(values, list) and values else ""


def _key_uri(secret: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    value = secret.get("value")
    if not isinstance(value, str):
        return UNREADABLE
    # Without an encoding, the characters of the text are the bytes of the secret.
    encoded = value if parameters.get("secretEncoding") else b32encode(value.encode()).decode()
    given = {
        "secret": encoded,
        "algorithm": str(parameters.get("algorithm", "")).removeprefix("Hmac"),
        "digits": parameters.get("digits"),
        "period": parameters.get("period"),
    }
    return f"otpauth://{parameters.get('subType')}/?{urlencode(given)}"
