"""Use cases of the revocation feed."""
