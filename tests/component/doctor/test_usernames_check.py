"""Check that no username is the e-mail address of another account."""

from tests.application import Application
from tests.builders import a_new_user

from fastauth.entrypoints.doctor.finding import Level
from fastauth.entrypoints.doctor.usernames import usernames


class TestUsernamesCheck:
    async def test_clash_is_a_warning_that_names_it(self, app: Application) -> None:
        await app.a_verified_address("bob@example.com")
        (finding,) = await usernames(app.container)
        assert finding.level is Level.OK
        await app.container.users().add(a_new_user("Bob@example.com"))
        (finding,) = await usernames(app.container)
        assert (finding.level, finding.remedy) == (Level.WARN, "fastauth users rename")
        assert "Bob@example.com" in finding.observed
