"""The database itself: connections, their limits, errors and the schema, without any capability."""
