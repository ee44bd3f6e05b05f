"""The routes of the JSON API."""

from fastauth.entrypoints.http.routes import account, health, passwords, registration, sessions, well_known

ROUTERS = (
    registration.router,
    account.router,
    passwords.router,
    sessions.router,
    well_known.router,
    health.router,
)
"""In the order in which the documentation shows them."""
