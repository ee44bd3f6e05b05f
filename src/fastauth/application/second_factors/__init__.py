"""Use cases and verifiers of second factors."""
