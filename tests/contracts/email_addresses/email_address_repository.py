"""What an `EmailAddressRepository` promises."""

from tests.contracts.email_addresses.address_as_username import AddressAsUsername
from tests.contracts.email_addresses.address_in_force import AddressInForce
from tests.contracts.email_addresses.imported_addresses import ImportedAddresses
from tests.contracts.email_addresses.replaced_addresses import ReplacedAddresses


class EmailAddressRepositoryContract(AddressInForce, AddressAsUsername, ImportedAddresses, ReplacedAddresses):
    """All of it."""
