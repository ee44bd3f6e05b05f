"""The audit trail in the table ``event``, as operators read it."""
