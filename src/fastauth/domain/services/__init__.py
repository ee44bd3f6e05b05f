"""Services of the installation, and the keys by which they authenticate."""
