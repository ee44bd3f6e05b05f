"""Events that other services are told of, in one order."""
