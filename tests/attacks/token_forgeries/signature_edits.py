"""Edits of the signature of a valid token."""

from collections.abc import Iterator


def signature_edits(token: str) -> Iterator[str]:
    """Every beginning of a token's last part, and every token that differs in one letter of it."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    start, dot, signature = token.rpartition(".")
    for length in range(1, len(signature)):
        yield start + dot + signature[:length]
        yield start + dot + signature[length:]
    for position, letter in enumerate(signature):
        for other in alphabet if position == len(signature) - 1 else "A_":
            if other != letter:
                yield start + dot + signature[:position] + other + signature[position + 1 :]
