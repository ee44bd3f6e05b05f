"""Who calls, and with which permissions."""
