"""Providers of use cases of e-mail addresses."""

from fastauth.application.email_addresses.change_address import ChangeAddress
from fastauth.application.email_addresses.remove_address import RemoveAddress
from fastauth.application.email_addresses.resend_verification import ResendVerification
from fastauth.application.email_addresses.undo_change import UndoAddressChange
from fastauth.application.email_addresses.verify_address import VerifyAddress
from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.one_time_tokens import OneTimeTokens
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class EmailAddresses(Shared):
    """See `fastauth.domain.email_addresses`; the repository is in `Storage`."""

    change_address = use_case(
        ChangeAddress,
        address_profile=Accounts.address_profile,
        limiter=RateLimits.mail_limiter,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    resend_verification = use_case(
        ResendVerification,
        limiter=RateLimits.mail_limiter,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    verify_address = use_case(
        VerifyAddress,
        tokens=OneTimeTokens.one_time_token_codec,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    undo_address_change = use_case(
        UndoAddressChange,
        tokens=OneTimeTokens.one_time_token_codec,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    remove_address = use_case(RemoveAddress, unit_of_work=Storage.unit_of_work, clock=Shared.clock)
