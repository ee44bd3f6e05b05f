"""Rate limits: how many attempts a network, an account or a session may make."""
