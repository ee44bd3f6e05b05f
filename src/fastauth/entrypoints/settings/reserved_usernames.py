"""Names that speak for the service or its operator: nobody registers them in production."""

MAILBOXES = (
    "info", "marketing", "sales", "support", "abuse", "noc", "security", "postmaster", "hostmaster",
    "usenet", "news", "webmaster", "www", "uucp", "ftp",
)  # fmt: skip
"""Of RFC 2142, by which others reach an organisation."""

RESERVED_USERNAMES = (
    *MAILBOXES,
    "admin", "administrator", "root", "superuser", "sysadmin", "system", "operator", "owner", "staff",
    "moderator", "official", "help", "helpdesk", "billing", "contact", "fastauth", "auth", "api", "service",
    "daemon", "nobody", "anonymous", "guest", "null", "undefined", "me", "noreply", "no-reply",
    "mailer-daemon", "localhost",
)  # fmt: skip
