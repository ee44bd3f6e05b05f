"""What the service logs when it starts."""

from tests.harness.service import Service

from fastauth.adapters.passwords import active_build


class TestStart:
    def test_log_names_the_argon2_build(self, service: Service) -> None:
        assert f"password hashing uses the {active_build()} build of Argon2" in service.log
