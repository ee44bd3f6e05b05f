"""The OpenAPI document: what a client generator makes of it."""

import re
from typing import Any

import pytest


@pytest.fixture
def document(openapi_document: dict[str, Any]) -> dict[str, Any]:
    return openapi_document


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


class TestOperations:
    def test_ids_are_unique_and_stable(self, document: dict[str, Any]) -> None:
        """Client generators make method names of them, so none may change."""
        assert [
            f"{method.upper()} {path} {operation['operationId']}"
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ] == [
            "POST /users/register register_user",
            "POST /users/register/passkey/options begin_passkey_registration",
            "POST /users/register/passkey register_with_passkey",
            "POST /invitations/accept accept_invitation",
            "POST /users/me/invitations/accept accept_invitation_as_user",
            "GET /users/me get_account",
            "DELETE /users/me close_account",
            "PATCH /users/me change_full_name",
            "PUT /users/me/email change_address",
            "DELETE /users/me/email remove_address",
            "POST /users/me/email/resend resend_verification",
            "POST /users/me/email/verify verify_address",
            "POST /users/me/email/undo undo_address_change",
            "POST /users/me/export export_account",
            "POST /users/keep keep_account",
            "DELETE /admin/users/{user_id} close_user_by_admin",
            "GET /admin/users/{user_id} get_user_by_admin",
            "POST /v1/erasures/{user_id}/receipts confirm_erasure",
            "PUT /users/me/password change_password",
            "POST /users/me/password add_password",
            "DELETE /users/me/password remove_password",
            "GET /users/me/second-factors get_second_factors",
            "POST /users/me/totp enrol_totp",
            "DELETE /users/me/totp remove_totp",
            "POST /users/me/totp/confirm confirm_totp",
            "POST /users/me/recovery-codes make_recovery_codes",
            "POST /users/me/passkeys/options begin_passkey",
            "GET /users/me/passkeys list_passkeys",
            "POST /users/me/passkeys add_passkey",
            "PATCH /users/me/passkeys/{passkey_id} rename_passkey",
            "DELETE /users/me/passkeys/{passkey_id} remove_passkey",
            "GET /users/me/api-keys list_api_keys",
            "POST /users/me/api-keys create_api_key",
            "DELETE /users/me/api-keys/{key_id} revoke_api_key",
            "POST /api-keys/token exchange_api_key",
            "POST /password-resets request_password_reset",
            "POST /password-resets/complete complete_password_reset",
            "POST /sessions log_in",
            "GET /sessions list_sessions",
            "DELETE /sessions delete_all_sessions",
            "POST /sessions/refresh refresh_session",
            "DELETE /sessions/others delete_other_sessions",
            "DELETE /sessions/current delete_current_session",
            "DELETE /sessions/{session_id} delete_session",
            "POST /sessions/second-factor complete_log_in",
            "POST /sessions/current/step-up step_up",
            "POST /sessions/passkey/options begin_passkey_log_in",
            "POST /sessions/passkey log_in_with_passkey",
            "POST /sessions/second-factor/passkey begin_passkey_second_factor",
            "POST /sessions/current/step-up/passkey begin_passkey_step_up",
            "POST /sessions/exchange exchange_login_code",
            "POST /oauth/token issue_token",
            "POST /oauth/introspect introspect_token",
            "POST /oauth/revoke revoke_token",
            "GET /admin/users search_users",
            "GET /admin/users/{user_id}/sessions list_sessions_by_admin",
            "POST /admin/users/{user_id}/disable disable_user_by_admin",
            "POST /admin/users/{user_id}/enable enable_user_by_admin",
            "POST /admin/users/{user_id}/unlock unlock_user_by_admin",
            "POST /admin/users/{user_id}/end-sessions end_sessions_by_admin",
            "POST /admin/users/{user_id}/start-reset start_reset_by_admin",
            "POST /admin/users/{user_id}/reset-second-factor reset_second_factors_by_admin",
            "PUT /admin/users/{user_id}/roles/{role} grant_role_by_admin",
            "DELETE /admin/users/{user_id}/roles/{role} revoke_role_by_admin",
            "POST /admin/invitations invite_by_admin",
            "GET /admin/invitations list_invitations",
            "DELETE /admin/invitations/{invitation_id} withdraw_invitation",
            "GET /admin/audit read_events_by_admin",
            "GET /admin/users/{user_id}/events read_user_events_by_admin",
            "GET /admin/roles list_roles",
            "GET /admin/roles/{role} get_role",
            "PUT /admin/roles/{role} define_role",
            "DELETE /admin/roles/{role} delete_role",
            "GET /admin/clients list_clients",
            "POST /admin/clients create_client_by_admin",
            "GET /admin/clients/{client_id} get_client",
            "PATCH /admin/clients/{client_id} change_client_by_admin",
            "DELETE /admin/clients/{client_id} remove_client_by_admin",
            "POST /admin/clients/{client_id}/rotate-secret rotate_client_secret_by_admin",
            "GET /admin/webhooks list_webhooks",
            "POST /admin/webhooks create_webhook",
            "GET /admin/webhooks/{webhook_id} get_webhook",
            "PATCH /admin/webhooks/{webhook_id} change_webhook",
            "DELETE /admin/webhooks/{webhook_id} remove_webhook",
            "POST /admin/webhooks/{webhook_id}/disable disable_webhook",
            "POST /admin/webhooks/{webhook_id}/resume resume_webhook",
            "POST /admin/webhooks/{webhook_id}/secret rotate_webhook_secret",
            "POST /admin/webhooks/{webhook_id}/test send_test_message",
            "GET /v1/revocations get_revocations",
            "GET /v1/events get_events",
            "GET /v1/users get_users",
            "GET /.well-known/jwks.json get_jwks",
            "GET /.well-known/oauth-authorization-server get_authorization_server_metadata",
            "GET /.well-known/openid-configuration get_openid_configuration",
            "GET /.well-known/webauthn get_related_origins",
            "GET /ping ping",
            "GET /health/live get_liveness",
            "GET /health/ready get_readiness",
        ]
        ids = [operation["operationId"] for operation in operations(document)]
        assert len(ids) == len(set(ids))

    def test_each_has_summary_and_description(self, document: dict[str, Any]) -> None:
        for operation in operations(document):
            assert re.fullmatch(r"[A-Z][\w' -]{3,49}", operation["summary"]), operation["operationId"]
            assert operation["description"].endswith("."), operation["operationId"]

    def test_administration_is_the_group_of_its_paths(self, document: dict[str, Any]) -> None:
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                (tag,) = operation["tags"]
                assert (tag == "administration") is path.startswith("/admin/"), f"{method} {path}: {tag}"

    def test_each_group_is_described(self, document: dict[str, Any]) -> None:
        used = {tag for operation in operations(document) for tag in operation["tags"]}
        assert sorted(tag["name"] for tag in document["tags"]) == sorted(used)
        assert all(tag["description"].endswith(".") for tag in document["tags"])


class TestSchemas:
    def test_each_has_a_name_of_its_own(self, document: dict[str, Any]) -> None:
        """Two classes of one name would get the names of their modules."""
        assert sorted(document["components"]["schemas"]) == [
            "AcceptInvitationRequest",
            "AcceptedResponse",
            "AccessTokenResponse",
            "AccountResponse",
            "AddPasswordRequest",
            "AdminEmailResponse",
            "AdminSessionResponse",
            "ApiKeyResponse",
            "ApiKeyTokenResponse",
            "ApiKeysResponse",
            "AuditEventResponse",
            "AuthorizationServerMetadata",
            "CeremonyResponse",
            "ChallengeRequest",
            "ChallengeResponse",
            "ChangeAddressRequest",
            "ChangeClientRequest",
            "ChangePasswordRequest",
            "ChangeWebhookRequest",
            "ClientResponse",
            "ClientSecretResponse",
            "ClientTokenResponse",
            "CloseAccountRequest",
            "ClosingResponse",
            "CompleteResetRequest",
            "ConfirmTotpRequest",
            "ConfirmedTotpResponse",
            "CreateClientRequest",
            "CreateWebhookRequest",
            "CredentialRequest",
            "DefineRoleRequest",
            "DisabledReason",
            "EmailResponse",
            "ExchangeApiKeyRequest",
            "ExchangeRequest",
            "ExportResponse",
            "FeedAccountResponse",
            "FeedAccountsResponse",
            "FeedEventResponse",
            "FeedEventsResponse",
            "HealthResponse",
            "IntrospectionResponse",
            "InvalidParam",
            "InvitationResponse",
            "InvitationTokenRequest",
            "InviteRequest",
            "JsonWebKeySet",
            "KeepAccountRequest",
            "ListedUserResponse",
            "LoginRequest",
            "LoginResponse",
            "ManagedUserResponse",
            "NewApiKeyRequest",
            "NewApiKeyResponse",
            "NewPasskeyRequest",
            "NewPasskeyResponse",
            "NewTotpResponse",
            "OAuthErrorResponse",
            "PasskeyLoginRequest",
            "PasskeyRegistrationRequest",
            "PasskeyResponse",
            "PasskeysResponse",
            "PingResponse",
            "ProblemDetails",
            "RecoveryCodesResponse",
            "RefreshRequest",
            "RegisterRequest",
            "RegisteredClientResponse",
            "RegisteredWithPasskeyResponse",
            "RelatedOrigins",
            "RenamePasskeyRequest",
            "RequestOptionsResponse",
            "ResetRequest",
            "RevocationResponse",
            "RevocationsResponse",
            "RoleResponse",
            "RotateSecretRequest",
            "RotateWebhookSecretRequest",
            "SecondFactorMethod",
            "SecondFactorRequest",
            "SecondFactorsResponse",
            "SessionResponse",
            "StepUpRequest",
            "StoredSecretResponse",
            "TestMessageResponse",
            "TokenRequest",
            "TokenResponse",
            "TotpResponse",
            "UpdateProfileRequest",
            "UserResponse",
            "UserRoleResponse",
            "WebhookResponse",
            "WebhookSecretResponse",
            "WebhookState",
        ]

    def test_account_has_the_members_of_registration(self, document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]
        created, shown = schemas["UserResponse"]["properties"], schemas["AccountResponse"]["properties"]
        assert {name: shown[name] for name in created} == created
        assert set(created) == {"id", "username", "fullname"}


class TestQuery:
    def test_routes_with_parameters_may_respond_that_it_is_too_long(self, document: dict[str, Any]) -> None:
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                reads_query = any(each["in"] == "query" for each in operation.get("parameters", ()))
                assert ("414" in operation["responses"]) == reads_query, f"{method} {path}"
