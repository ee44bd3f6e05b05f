"""The HTTP server: uvicorn, with limits on connections, bytes and time."""
