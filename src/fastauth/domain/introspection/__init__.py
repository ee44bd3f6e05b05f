"""What a service is told about a token that it asks about."""
