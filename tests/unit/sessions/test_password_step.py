"""What the first step of a log-in passes to the second one."""

from tests.builders import a_password_hash, a_username

from fastauth.domain.accounts.user import UserId
from fastauth.domain.sessions.password_step import PasswordStep


class TestPasswordStep:
    def test_is_read_as_it_was_written(self) -> None:
        for device, notify in (("0" * 28, False), (None, True)):
            step = PasswordStep(
                user_id=UserId(7),
                username=a_username("Santosh"),
                password_hash=a_password_hash(),
                device=device,
                notify=notify,
            )
            assert PasswordStep.from_json(step.to_json()) == step
