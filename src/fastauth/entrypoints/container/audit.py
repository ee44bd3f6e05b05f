"""Providers of the audit trail."""

from fastauth.application.audit.read_audit_trail import ReadAuditTrail
from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import paged


class Audit(Shared):
    """See `fastauth.domain.audit`."""

    read_audit_trail = paged(
        ReadAuditTrail,
        trail=Storage.audit_trail,
        users=Storage.users,
        username_profile=Accounts.usernames,
        pseudonyms=Shared.username_pseudonyms,
    )
