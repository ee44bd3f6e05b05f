"""The database itself: connections, their limits, errors, the schema. It knows no capability."""
