"""What was revoked, told to the services that verify access tokens by themselves."""
