"""What an `EmailAddressRepository` promises."""

from tests.contracts.email_addresses.address_as_username import AddressAsUsername
from tests.contracts.email_addresses.imported_addresses import ImportedAddresses
from tests.contracts.email_addresses.replaced_addresses import ReplacedAddresses
from tests.contracts.email_addresses.verified_address import VerifiedAddress


class EmailAddressRepositoryContract(
    VerifiedAddress, AddressAsUsername, ImportedAddresses, ReplacedAddresses
):
    """All of it."""
