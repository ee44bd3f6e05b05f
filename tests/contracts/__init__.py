"""What each port promises, once, for every implementation."""
