"""The JSON API: read a request, call one use case, tell its result."""
