"""Errors about invitations."""

from fastauth.domain.errors import Conflict, NotFound


class InvitationNotFound(NotFound):
    """No invitation has this id: it was accepted or withdrawn, or there never was one."""

    code = "invitation_not_found"
    detail = "No such invitation"


class LogInToAccept(Conflict):
    """An account has the invited address already. Only a client that reads the mailbox gets this error."""

    code = "log_in_to_accept"
    detail = "An account has this address: log in to it, and accept the invitation there"


class AnotherAddressInvited(Conflict):
    """The caller's account does not have the address that was invited."""

    code = "another_address_invited"
    detail = "The invitation is for another e-mail address than the verified one of this account"
