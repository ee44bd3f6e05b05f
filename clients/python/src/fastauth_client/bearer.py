"""The header `Authorization`."""

from fastauth_client.errors import InvalidToken, NoToken


def bearer_token(*headers: str | None) -> str:
    """Return the token in the values of the header `Authorization`.

    Raises:
        NoToken: There is no such header, or it has another scheme.
        InvalidToken: There are several.
    """
    values = [value for value in headers if value]
    if len(values) > 1:
        raise InvalidToken("There is more than one header Authorization")
    scheme, _, token = values[0].strip().partition(" ") if values else ("", "", "")
    if scheme.lower() != "bearer":
        raise NoToken
    return token.strip()
