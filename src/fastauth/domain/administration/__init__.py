"""Administration: the accounts of others, as administrators see and change them."""
