"""One-time tokens: random values that work once, within a lifetime, for one purpose."""
