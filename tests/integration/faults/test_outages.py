"""The database dies, and comes back."""

import httpx2
from faults import crashes
from faults.outcome import table
from tests.builders import a_registration
from tests.harness.editions import size
from tests.harness.postgres import PostgresServer
from tests.harness.races import register_at_once
from tests.harness.service import NO_TLS, Service, is_unavailable


class TestDatabaseOutage:
    def test_requests_are_503_and_nothing_acknowledged_is_lost(self, mortal_postgres: PostgresServer) -> None:
        """R43: an error of the database discloses rows or hosts.

        CVE-2022-31177, CVE-2023-34110 (Flask-AppBuilder), CVE-2024-32967 (Zitadel); CWE-209.

        The last outage is over before a request finds that the connections of the pool are closed.
        """
        refused = a_registration()
        with Service(mortal_postgres.url) as service:

            def during_the_outage() -> None:
                assert is_unavailable(service.register(refused))
                assert is_unavailable(httpx2.get(f"{service.url}/health/ready", verify=NO_TLS))
                assert httpx2.get(f"{service.url}/health/live", verify=NO_TLS).status_code == 200
                assert httpx2.get(f"{service.url}/.well-known/jwks.json", verify=NO_TLS).json()["keys"]

            first = a_registration()
            assert service.register(first).status_code == 201
            outcome = crashes.kill_database_of(
                service, mortal_postgres, kills=size(1, 10), meanwhile=during_the_outage
            )
            assert outcome.injected
            assert outcome.is_good, table([outcome])
            assert service.register(first).status_code == 409
            assert service.register(refused).status_code == 201
            service.wait_until_ready()  # an answer is shared for a second

            register_at_once([service], [a_registration() for _ in range(20)])  # fill the pool
            mortal_postgres.kill()
            mortal_postgres.start()
            assert service.register(a_registration()).status_code == 201
