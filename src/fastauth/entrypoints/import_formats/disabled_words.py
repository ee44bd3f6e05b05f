"""Words in names of columns and in values that say whether an account is disabled."""

import re

CLOSING = (
    "(?:disabled?|block(?:ed)?|(?:black|block)list(?:ed)?|(?:shadow)?ban(?:ned)?|lock(?:ed)?(?:out)?|suspend(?:ed)?"
    "|suspension|(?:soft)?deleted?|deletion|archived?|inactive|inactivated|deactivated?|deactivation|closed?"
    "|closure|revoked?|expired|frozen|freeze|terminated?|termination|removed?|retired|discarded|trashed|purged"
    "|deprovisioned|prohibit(?:ed)?|forbidden|denied|rejected|quarantined|barred|restricted|kicked|left"
    "|obsoleted?|defunct|anonymi[sz]ed|dormant|paused|cancell?ed|unsubscribed|dead|(?:on)?hold)"
)
OPENING = "(?:active|enabled?|activated|approved|allow(?:ed)?|permitted|can|valid|live|open|granted|current)"
PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
