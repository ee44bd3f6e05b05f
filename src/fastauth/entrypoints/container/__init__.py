"""Which adapter stands behind which port: the one place where the rooms are joined.

Each module holds the providers of one capability: the policy that the settings ask for, adapters, use
cases. It refers to the modules of those capabilities that it builds on, and never back.
"""

from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.audit import Audit
from fastauth.entrypoints.container.operations import Operations
from fastauth.entrypoints.container.password_hashing import PasswordHashing
from fastauth.entrypoints.container.passwords import Passwords
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.sessions import Sessions
from fastauth.entrypoints.container.signing_keys import SigningKeys
from fastauth.entrypoints.container.storage import Storage


class Container(
    Storage,
    PasswordHashing,
    RateLimits,
    SigningKeys,
    Accounts,
    Audit,
    Sessions,
    Passwords,
    Operations,
):
    """Everything the service is made of.

    Any part can be replaced by an argument: ``Container(settings=..., users=FakeUserRepository())``.
    """
