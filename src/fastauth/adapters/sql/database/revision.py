"""The schema that this code needs."""

REVISION = "0006"
"""The last migration that this code relies on. Revisions are numbered, so text compares like age."""
