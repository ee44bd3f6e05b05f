"""An endpoint of the issuer at which a client authenticates."""

from base64 import b64encode
from urllib.parse import quote_plus

from fastauth_client.addresses import check_address
from fastauth_client.revocations import SecretText


class ClientEndpoint:
    """The address of an endpoint, and the credentials of a client (RFC 6749, section 2.3.1)."""

    def __init__(
        self,
        url: str,
        *,
        named: str,
        client_id: str,
        client_secret: SecretText | str,
        require_https: bool,
    ) -> None:
        """Check the address, which an error calls `named`.

        Raises:
            ValueError: The address is not one, or is `http://` where that is refused.
        """
        check_address(named, url, require_https=require_https)
        self.url = url
        self._client_id = client_id
        self._secret = client_secret

    def __repr__(self) -> str:
        return f"{self.url!r}, {self._client_id!r}"

    def headers(self) -> dict[str, str]:
        """Return the headers of a request."""
        secret = self._secret if isinstance(self._secret, str) else self._secret.get_secret_value()
        encoded = f"{quote_plus(self._client_id)}:{quote_plus(secret)}"
        return {"Authorization": f"Basic {b64encode(encoded.encode()).decode()}"}
