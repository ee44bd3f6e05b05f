"""E-mail addresses by the library email-validator: syntax (RFC 5322) and domains (IDNA 2008)."""

from fastauth.domain.errors import InvalidInput, Violation

_NOT_AN_ADDRESS = Violation("email", "not_an_address", "Must be an e-mail address such as a@example.com.")
_NOT_ALLOWED = Violation(
    "email",
    "not_allowed",
    "Must have ASCII letters before the @, without quotes, and a domain of the internet after it.",
)


class EmailValidatorProfile:
    """See `fastauth.domain.email_addresses.address.AddressProfile`. Nothing is looked up in DNS.

    Not allowed are quoted local parts, local parts beyond ASCII (RFC 6531), address literals, and the
    special-use domains of RFC 6761, such as ``localhost`` and ``.test``.
    """

    def canonicalize(self, text: str) -> str:
        """Return the address with its local part in lower case and its domain in ASCII."""
        # Imported by the first address: it takes 0.1 s, which most commands would spend in vain.
        from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  0.2 s, for the first address

        try:
            # Without `strict`, 65 characters before the @ are accepted, and more than 254 in ASCII.
            parsed = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
        except EmailNotValidError:
            raise InvalidInput(_NOT_ALLOWED if _is_address(text) else _NOT_AN_ADDRESS) from None
        return f"{parsed.ascii_local_part}@{parsed.ascii_domain}".lower()


def _is_address(text: str) -> bool:
    """Return whether the text is an address of a kind that is not accepted."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  0.2 s, for the first address

    try:
        validate_email(
            text,
            check_deliverability=False,
            strict=True,
            allow_smtputf8=True,
            allow_quoted_local=True,
            allow_domain_literal=True,
            globally_deliverable=False,
            test_environment=True,
        )
    except EmailNotValidError:
        return False
    return True
