"""The HTTP API, the command line, the settings, and the container that wires all parts together."""
