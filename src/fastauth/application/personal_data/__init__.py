"""Use cases of personal data: export, erasure and its receipts."""
