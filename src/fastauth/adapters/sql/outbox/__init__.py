"""The outbox in the table ``outbox``."""
