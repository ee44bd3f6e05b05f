"""Use cases of services that ask about a token, or end one."""
