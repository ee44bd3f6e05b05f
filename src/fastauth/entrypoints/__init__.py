"""How fastauth is reached: over HTTP and from the command line, wired together by a container."""
