"""API keys in the table ``api_key``."""
