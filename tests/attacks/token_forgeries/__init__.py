"""Access tokens that must be refused.

Any client can make most of them. The others are signed with the key of the service, and have contents that
it never signs: they show that a valid signature alone is not enough.
"""

from tests.attacks.token_forgeries.algorithm_confusion import add_algorithm_confusion
from tests.attacks.token_forgeries.claims import add_claims
from tests.attacks.token_forgeries.headers import add_headers
from tests.attacks.token_forgeries.injected_keys import add_injected_keys
from tests.attacks.token_forgeries.shapes import add_shapes
from tests.attacks.token_forgeries.table import Forgeries
from tests.attacks.token_forgeries.unsigned import add_unsigned
from tests.attacks.token_forgeries.valid import VALID as VALID

FORGERIES = Forgeries()
for _add in (add_unsigned, add_algorithm_confusion, add_injected_keys, add_headers, add_claims, add_shapes):
    _add(FORGERIES)
