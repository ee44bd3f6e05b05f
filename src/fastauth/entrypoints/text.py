"""Text for people: escapes for characters that could forge output, and plurals."""

_JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiner: they only shape the letters beside them, in Persian and Hindi for example."""


def escape_control_characters(text: str) -> str:
    """Return `text` with escapes for all characters that are not printable, and for the backslash.

    Such characters could move the cursor, begin a line or reverse the direction of writing (CWE-117,
    CWE-150). The backslash is escaped so that an escape in the result cannot come from the input.
    """
    return "".join(
        character
        if (character.isprintable() and character != "\\") or character in _JOINERS
        else character.encode("unicode_escape").decode()
        for character in text
    )


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 day``, ``2 days``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
