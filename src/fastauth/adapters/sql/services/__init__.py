"""Services in the tables ``service`` and ``service_key``."""
