"""OAuth clients: programs that authenticate for themselves and not as a user."""
