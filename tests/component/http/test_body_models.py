"""What holds for each body of the API, also for one that is added later."""

from collections.abc import Iterator

from pydantic import BaseModel

import fastauth.entrypoints.http.app

SECRETS = {
    *(
        "access_token",
        "challenge",
        "client_secret",
        "code",
        "code_verifier",
        "credential",
        "current_password",
        "device_token",
        "key",
    ),
    *("new_password", "password", "qr_svg", "recovery_codes", "refresh_token", "secret", "token", "uri"),
}
"""Names of fields that only the client may read."""


def models(of: type[BaseModel] = BaseModel) -> Iterator[type[BaseModel]]:
    for each in of.__subclasses__():
        if each.__module__.startswith(fastauth.entrypoints.http.__name__):
            yield each
        yield from models(each)


class TestBodyModels:
    def test_secrets_are_in_no_repr(self) -> None:
        """A repr reaches logs and tracebacks. A `code` of a violation is none of these, nor a number."""
        fields = {
            (each.__name__, name): field for each in models() for name, field in each.model_fields.items()
        }
        shown = {
            (model, name)
            for (model, name), field in fields.items()
            if name in SECRETS
            and field.repr
            and field.annotation is not int
            and model not in {"InvalidParam", "ProblemDetails"}
        }
        assert {name for _, name in fields} >= SECRETS
        assert shown == set()
