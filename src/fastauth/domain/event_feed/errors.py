"""Errors of the event feed."""

from fastauth.domain.errors import Gone


class CursorTooOld(Gone):
    """Events behind a cursor are no longer stored, or the cursor is not one of this installation.

    The reader loads its state anew. After a database was restored from a backup every later cursor is
    refused: the numbers behind it are given again, to other events.
    """

    code = "cursor_too_old"
    detail = "Events behind this cursor may be missing. Load the users again, and continue from there."
