"""Ids of clients."""

import re
from secrets import choice
from string import ascii_letters, digits
from typing import NewType

ClientId = NewType("ClientId", str)
"""``fa_c_`` and 20 letters and digits. The id of a user is a number, so that the two never collide as ``sub``
(RFC 9068, section 2.2)."""

CLIENT_ID = re.compile(r"fa_c_[A-Za-z0-9]{20}", re.ASCII)
"""The form of a `ClientId`."""


def new_client_id() -> ClientId:
    """Return a random id (119 bits). It is no secret, but does not reveal how many clients there are."""
    return ClientId("fa_c_" + "".join(choice(ascii_letters + digits) for _ in range(20)))
