"""Use cases of invitations."""
