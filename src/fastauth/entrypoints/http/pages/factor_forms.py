"""What the forms of second factors contain."""

from collections.abc import Mapping

from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.entrypoints.http.pages.credentials import parse_credential


def code_in(form: Mapping[str, str], *, challenge: str = "") -> FactorAnswer:
    """Return the code in a form. Spaces, in which apps group the digits, are dropped.

    Raises:
        InvalidSecondFactor: The form names no method that has codes.
    """
    method = form.get("method", "")
    if method not in {SecondFactorMethod.TOTP, SecondFactorMethod.RECOVERY_CODE}:
        raise InvalidSecondFactor
    code = form.get("code", "").replace(" ", "")
    return FactorAnswer(method=SecondFactorMethod(method), code=code, challenge=challenge)


def credential_in(form: Mapping[str, str], *, challenge: str) -> FactorAnswer:
    """Return the answer of an authenticator to the ceremony `challenge`."""
    credential = parse_credential(form.get("credential", ""))
    return FactorAnswer(method=SecondFactorMethod.PASSKEY, credential=credential, challenge=challenge)


def methods_in(form: Mapping[str, str]) -> tuple[SecondFactorMethod, ...]:
    """Return the methods that the form offered. They are shown again, and decide nothing."""
    offered = form.get("methods", "").split(" ")
    return tuple(each for each in SecondFactorMethod if each in offered)
