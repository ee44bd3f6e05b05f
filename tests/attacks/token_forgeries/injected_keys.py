"""A key that the token itself names or carries (RFC 8725, section 3.10), and odd key ids."""

from collections.abc import Callable

from tests.attacks.token_forgeries.forger import MISSING, Forger
from tests.attacks.token_forgeries.keys import stranger_certificate, stranger_jwk, thumbprint
from tests.attacks.token_forgeries.table import Forgeries

KIDS: dict[str, object] = {
    "that is unknown": "unknown",
    "that is a path": "../../../../../../dev/null",
    "that is a path with NUL": "/dev/null\0.pem",
    "that is SQL": "' OR 1=1 --",
    "that is more SQL": "x' UNION SELECT 1, 'k', 'HS256', 'k', 'k', '1970-01-01', '1970-01-01' --",
    "that is a command": "$(touch /tmp/x)|touch /tmp/x",
    "that is NUL": "\0",
    "that is half a surrogate pair": "\ud800",
    "that is empty": "",
    "that is a list": ["a"],
    "that is an object": {"a": "b"},
    "that is a number": 1,
    "that is a huge number": 10**300,
    "that is null": None,
    "that is true": True,
    "of 1 kB": "k" * 1_024,
    "of 10 kB": "k" * 10_240,
}


INJECTIONS: dict[str, Callable[[Forger], dict[str, object]]] = {
    "jwk": lambda _: {"jwk": stranger_jwk()},
    "jku": lambda f: {"jku": f"{f.listener}/jwks.json"},
    "x5u": lambda f: {"x5u": f"{f.listener}/chain.pem"},
    "x5c": lambda _: {"x5c": [stranger_certificate()]},
    "jwk, jku and x5u": lambda f: {
        "jwk": stranger_jwk(),
        "jku": f"{f.listener}/jwks.json",
        "x5u": f"{f.listener}/chain.pem",
    },
    "jku that is a file": lambda _: {"jku": "file:///etc/passwd"},
}


def add_injected_keys(forgeries: Forgeries) -> None:
    forgeries.add("a stranger's", lambda f: f.signed_by_stranger())
    forgeries.add("a stranger's, no kid", lambda f: f.signed_by_stranger(kid=MISSING))
    forgeries.add_each("a stranger's with {}", INJECTIONS, lambda f, more: f.signed_by_stranger(**more(f)))
    forgeries.add_each(
        "a stranger's with {}, no kid",
        INJECTIONS,
        lambda f, more: f.signed_by_stranger(kid=MISSING, **more(f)),
    )
    forgeries.add_each(
        "a stranger's with {}, under its own kid",
        INJECTIONS,
        lambda f, more: f.signed_by_stranger(kid=thumbprint(stranger_jwk()), **more(f)),
    )
    forgeries.add_each(
        "ours with {}",
        INJECTIONS,
        lambda f, more: f.signed(f.header(**more(f))),
        elsewhere=False,  # libraries ignore these members
    )
    forgeries.add_each("a stranger's under a kid {}", KIDS, lambda f, kid: f.signed_by_stranger(kid=kid))
    forgeries.add(
        "a stranger's under a kid that leads away", lambda f: f.signed_by_stranger(kid=f"{f.listener}/key")
    )
    as_good_as_none = ("that is null", "that is empty")
    known = {name: kid for name, kid in KIDS.items() if name not in as_good_as_none}
    forgeries.add_each("ours under a kid {}", known, lambda f, kid: f.signed(f.header(kid=kid)))
    forgeries.add_each(
        "ours under a kid {}",
        {name: KIDS[name] for name in as_good_as_none},
        lambda f, kid: f.signed(f.header(kid=kid)),
        elsewhere=False,
    )
    forgeries.add("ours without kid", lambda f: f.signed(f.header(kid=MISSING)), elsewhere=False)
    forgeries.add("ours under a kid in a list", lambda f: f.signed(f.header(kid=[f.kid])))
    forgeries.add("ours under our kid and a space", lambda f: f.signed(f.header(kid=f"{f.kid} ")))
