"""Tokens without a signature (RFC 8725, section 3.1)."""

from tests.attacks.token_forgeries.forger import MISSING
from tests.attacks.token_forgeries.table import Forgeries

ALGORITHMS_OF_NONE: dict[str, object] = {
    "none": "none",
    "None": "None",
    "NONE": "NONE",
    "nOnE": "nOnE",
    "none and a space": "none ",
    "empty": "",
    "null": None,
    "missing": MISSING,
    "0": 0,
    "false": False,
    "an empty list": [],
    "none in a list": ["none"],
}


def add_unsigned(forgeries: Forgeries) -> None:
    forgeries.add_each("alg {}", ALGORITHMS_OF_NONE, lambda f, alg: f.unsigned(alg=alg))
    forgeries.add_each("alg {}, signed", ALGORITHMS_OF_NONE, lambda f, alg: f.unsigned(f.parts()[2], alg=alg))
    forgeries.add("alg none without the last dot", lambda f: f.unsigned(alg="none").rstrip("."))
    forgeries.add("alg none, made-up signature", lambda f: f.unsigned("AA", alg="none"))
    forgeries.add("the signature left out", lambda f: f.unsigned())
