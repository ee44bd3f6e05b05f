"""Clients in the tables ``oauth_client`` and ``client_secret``."""
