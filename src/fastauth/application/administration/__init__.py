"""Use cases of administrators: acts on the accounts of others."""
