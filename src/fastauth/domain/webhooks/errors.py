"""Errors about webhooks."""

from fastauth.domain.errors import Conflict, NotFound


class WebhookNotFound(NotFound):
    """No webhook has this id."""

    code = "webhook_not_found"
    detail = "No such webhook"


class TooManyWebhooks(Conflict):
    """The installation has as many webhooks as it may have."""

    code = "too_many_webhooks"
    detail = "There are 50 webhooks already"
