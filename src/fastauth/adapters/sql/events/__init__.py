"""How every repository writes audit events, in the statement or transaction that they are about."""
