"""A front end that requests login codes."""

from base64 import urlsafe_b64encode
from hashlib import sha256

VERIFIER = "a-verifier-that-the-front-end-keeps-for-itself.~"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
FRONT_END = "https://app.acme.example/callback"
