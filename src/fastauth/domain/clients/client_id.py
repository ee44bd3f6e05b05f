"""Ids of clients."""

import re
from typing import NewType

ClientId = NewType("ClientId", str)
"""``fa_c_`` and 20 letters and digits. The id of a user is a number, so that the two never collide as ``sub``
(RFC 9068, section 2.2)."""

CLIENT_ID = re.compile(r"fa_c_[A-Za-z0-9]{20}", re.ASCII)
"""The form of a `ClientId`."""
