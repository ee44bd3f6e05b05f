"""The Base64 encoding of crypt(3), which SHA-crypt and phpass use."""

ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def encode(number: int, characters: int) -> str:
    """Return the lowest bits of `number` as `characters` characters of 6 bits each, the lowest first."""
    return "".join(ALPHABET[number >> 6 * place & 63] for place in range(characters))
