"""The audit trail in the table ``event``."""
