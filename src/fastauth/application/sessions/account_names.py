"""The account that the identifier of a log-in stands for."""

from dataclasses import dataclass

from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.email_addresses.address import AddressProfile, EmailAddress
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNames:
    """Find the username for what a client logs in with: a username or a verified e-mail address.

    Rate limits, device tokens and audit events go by the username, so that an account has one budget
    whichever of the two is used (CVE-2025-24806, CVE-2026-47203).
    """

    username_profile: UsernameProfile
    address_profile: AddressProfile
    email_addresses: EmailAddressRepository

    async def resolve(self, identifier: str) -> Username:
        """Return the username of the account that has verified this address, else `identifier` as a username.

        An identifier without ``@`` takes no statement. One with it takes one, whether or not it is an
        address and an account has it.

        Raises:
            InvalidInput: The text contains a lone surrogate.
            StorageUnavailable: Try again later.
        """
        name = Username.parse_existing(identifier, self.username_profile)
        if "@" not in identifier:
            return name
        owner = await self.email_addresses.find_owner(self._key(identifier))
        return owner.username if owner else name

    def _key(self, identifier: str) -> str:
        try:
            return EmailAddress.parse(identifier, self.address_profile).key
        except InvalidInput:
            return ""  # which no address has
