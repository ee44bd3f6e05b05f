"""The JSON API. A route parses the request, calls one use case and returns its result."""
