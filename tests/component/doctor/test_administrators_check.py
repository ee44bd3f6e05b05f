"""Check that an account can administer the service."""

from tests.admin_helpers import a_user_with
from tests.application import Application

from fastauth.entrypoints.doctor.administrators import administrators
from fastauth.entrypoints.doctor.finding import Level


async def test_no_administrator_is_a_warning() -> None:
    """A disabled one is none."""
    app = Application()
    await app.a_user()
    for name, level in ((None, Level.WARN), ("root1", Level.OK), ("root2", Level.OK)):
        if name:
            await a_user_with(app, name, "admin")
        (finding,) = await administrators(app.container)
        assert finding.level is level, name
    assert finding.observed == "two or more"
    for name in ("root1", "root2"):
        await app.disable_user(username=name)
    (finding,) = await administrators(app.container)
    assert (finding.level, finding.remedy) == (Level.WARN, "fastauth users grant NAME admin")
