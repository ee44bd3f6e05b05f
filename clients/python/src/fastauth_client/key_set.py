"""A JWK Set (RFC 7517), as far as it is used."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastauth_client.errors import InvalidToken
from fastauth_client.strict_json import strict_object
from fastauth_client.token_format import MAX_KID_LENGTH, Header

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, OKPKey

CURVES = {"ES256": ("EC", "P-256"), "Ed25519": ("OKP", "Ed25519")}
"""The algorithms that are supported, and their keys (RFC 7518, RFC 9864)."""

MAX_KEYS = 100
"""In one set. fastauth publishes two or three."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key and the one algorithm that it is for."""

    alg: str
    jwk: "ECKey | OKPKey"

    def verified_claims(self, token: str, header: Header) -> dict[str, Any]:
        """Return the claims of a token that this key has signed.

        Raises:
            InvalidToken: The header names another algorithm, the signature is wrong, or the claims are
                not an object in strict JSON.
        """
        from joserfc import jws  # noqa: PLC0415  takes 0.1 s; a program that verifies nothing does not wait for it
        from joserfc.errors import JoseError  # noqa: PLC0415  slow to import

        if header.alg != self.alg:
            raise InvalidToken
        try:
            return strict_object(jws.deserialize_compact(token, self.jwk, algorithms=[self.alg]).payload)
        except (JoseError, ValueError):
            raise InvalidToken from None


def read_key_set(document: object, algorithms: Collection[str]) -> dict[str, PublicKey]:
    """Return the keys of a JWK Set by `kid`. Keys that cannot be used are left out.

    Raises:
        ValueError: It is not a JWK Set, or no key in it can be used.
    """
    entries = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(entries, list) or len(entries) > MAX_KEYS:
        raise ValueError("not a JWK Set")
    keys = {entry["kid"]: key for entry in entries if (key := _read(entry, algorithms))}
    if not keys:
        raise ValueError("no key in the JWK Set can be used")
    return keys


def _read(entry: object, algorithms: Collection[str]) -> PublicKey | None:
    from joserfc.errors import JoseError  # noqa: PLC0415  as above
    from joserfc.jwk import ECKey, OKPKey  # noqa: PLC0415  slow to import

    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    kid, alg = entry.get("kid"), entry.get("alg")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_LENGTH:
        return None
    if not isinstance(alg, str) or alg not in algorithms:
        return None
    if CURVES.get(alg) != (entry.get("kty"), entry.get("crv")):
        return None
    public = {name: value for name, value in entry.items() if name != "d"}
    try:
        return PublicKey(alg, (ECKey if alg == "ES256" else OKPKey).import_key(public))
    except (JoseError, ValueError, TypeError):
        return None
