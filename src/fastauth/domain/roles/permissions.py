"""Permissions of the service itself that its own use cases ask for."""

READ_USERS = "fastauth:users.read"
WRITE_USERS = "fastauth:users.write"
READ_ROLES = "fastauth:roles.read"
WRITE_ROLES = "fastauth:roles.write"
READ_CLIENTS = "fastauth:clients.read"
WRITE_CLIENTS = "fastauth:clients.write"
READ_AUDIT = "fastauth:audit.read"
