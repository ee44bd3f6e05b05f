"""Tokens that must be accepted: they show that a refusal is not due to the forger's tools."""

import json
from collections.abc import Callable

from tests.attacks.token_forgeries.forger import Forger

VALID: dict[str, Callable[[Forger], str]] = {
    "as issued": lambda f: f.access_token,
    "signed again": lambda f: f.signed(),
    "with members in another order": lambda f: f.signed(
        dict(reversed(f.header().items())), dict(reversed(f.claims.items()))
    ),
    "with white space in the JSON": lambda f: f.signed(
        json.dumps(f.header(), indent=1).encode(), json.dumps(f.claims, indent=1).encode()
    ),
    "with a claim that is not known": lambda f: f.signed(payload=f.payload(further={"a": [1]})),
    "with nbf in the past": lambda f: f.signed(payload=f.payload(nbf=f.claims["iat"] - 60)),
}
