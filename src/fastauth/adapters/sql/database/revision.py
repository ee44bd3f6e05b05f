"""The version of the schema that this code needs."""

REVISION = "0023"
"""The last migration that this code relies on. Numbers have four digits, so text order is their order."""
