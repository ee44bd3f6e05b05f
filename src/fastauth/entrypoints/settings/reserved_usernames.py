"""Usernames that could be taken for the service or its operator. Production mode reserves them."""

MAILBOXES = (
    "info", "marketing", "sales", "support", "abuse", "noc", "security", "postmaster", "hostmaster",
    "usenet", "news", "webmaster", "www", "uucp", "ftp",
)  # fmt: skip
"""The mailbox names of RFC 2142, at which an organisation is contacted."""

RESERVED_USERNAMES = (
    *MAILBOXES,
    "admin", "administrator", "root", "superuser", "sysadmin", "system", "operator", "owner", "staff",
    "moderator", "official", "help", "helpdesk", "billing", "contact", "fastauth", "auth", "api", "service",
    "daemon", "nobody", "anonymous", "guest", "null", "undefined", "me", "noreply", "no-reply",
    "mailer-daemon", "localhost",
)  # fmt: skip
