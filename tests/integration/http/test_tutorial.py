"""What the tutorial requires, exactly, on SQLite and on PostgreSQL."""

import httpx2
import pytest
from tests.builders import a_registration
from tests.harness.local_service import LocalService
from tests.harness.service import NO_TLS, Service

THE_TUTORIALS_OWN = {"username": "santosh", "password": "sntsh", "fullname": "Santosh Kumar"}


class TestOrigin:
    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
    def test_1_registering_is_a_post(self, service: Service, method: str) -> None:
        assert httpx2.request(method, f"{service.url}/users/register", verify=NO_TLS).status_code == 405

    def test_2_a_body_is_required(self, service: Service) -> None:
        assert httpx2.post(f"{service.url}/users/register", verify=NO_TLS).status_code == 422

    @pytest.mark.parametrize("missing", ["username", "password", "fullname"])
    def test_2_every_field_is_required(self, service: Service, missing: str) -> None:
        registration = a_registration()
        del registration[missing]
        response = service.register(registration)
        assert response.status_code == 422
        assert [error["pointer"] for error in response.json()["errors"]] == [f"/{missing}"]

    def test_3_a_new_name_is_registered_and_a_known_one_is_not(self, service: Service) -> None:
        registration = a_registration()
        first, second = service.register(registration), service.register(registration)
        assert first.status_code == 201
        assert first.json() == {
            "id": first.json()["id"],
            "username": registration["username"],
            "fullname": registration["fullname"],
        }
        assert second.status_code == 409
        assert second.json()["detail"] == "Username already registered"

    def test_4_a_ping_is_answered(self, service: Service) -> None:
        assert httpx2.get(f"{service.url}/ping", verify=NO_TLS).json() == {"msg": "pong"}

    def test_4_swagger_ui_is_there_and_its_example_works(self, service: Service) -> None:
        assert "swagger-ui" in httpx2.get(f"{service.url}/docs", verify=NO_TLS).text
        document = httpx2.get(f"{service.url}/openapi.json", verify=NO_TLS).json()
        body = document["paths"]["/users/register"]["post"]["requestBody"]["content"]["application/json"]
        assert body["schema"]["examples"] == [THE_TUTORIALS_OWN]

    def test_5_the_connection_string_alone_chooses_the_database(self, database_url: str) -> None:
        """The registration is the tutorial's own example."""
        with LocalService(database_url) as service:
            assert service.register(THE_TUTORIALS_OWN).status_code == 201
        with LocalService(database_url) as service:
            assert service.register(THE_TUTORIALS_OWN).status_code == 409

    @pytest.mark.parametrize("time", [1, 2])
    def test_6_passing_once_does_not_mean_failing_the_second_time(self, service: Service, time: int) -> None:
        assert service.register(a_registration()).status_code == 201, time
