"""What the service says when it starts."""

from tests.harness.service import Service

from fastauth.adapters.passwords import active_build


class TestStart:
    def test_names_the_build_that_hashes(self, service: Service) -> None:
        assert f"passwords are hashed by the {active_build()} build of Argon2" in service.log
