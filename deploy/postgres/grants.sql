-- What fastauth_serve may do. Run it as fastauth_migrate after each `fastauth migrate`; it may be repeated.
GRANT SELECT, INSERT, UPDATE, DELETE ON user_info, session, signing_key, tally TO fastauth_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON email_address, one_time_token, outbox, totp, recovery_code TO fastauth_serve;
GRANT SELECT, INSERT, UPDATE ON browser_session TO fastauth_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON passkey, api_key TO fastauth_serve;
GRANT SELECT, INSERT, DELETE ON revocation, service TO fastauth_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON service_key, oauth_client, client_secret, webhook TO fastauth_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON role TO fastauth_serve;
GRANT SELECT, INSERT, DELETE ON role_permission, user_role TO fastauth_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_key TO fastauth_serve;
GRANT SELECT, INSERT, DELETE ON invitation TO fastauth_serve;
GRANT SELECT, UPDATE ON fastauth_task, event_feed TO fastauth_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON erasure TO fastauth_serve;
GRANT SELECT, INSERT ON erasure_receipt TO fastauth_serve;
GRANT SELECT ON fastauth_migration TO fastauth_serve;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO fastauth_serve;

-- The audit trail: rows are added and read. A row is removed, and an address cleared, only once it is as old as
-- FASTAUTH_AUDIT_RETENTION_DAYS and FASTAUTH_AUDIT_ADDRESS_RETENTION_DAYS say. Write your own numbers here where you changed those.
GRANT SELECT, INSERT, DELETE, UPDATE (address, name_digest, detail, seq) ON event TO fastauth_serve;
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS audit_read ON event;
DROP POLICY IF EXISTS audit_add ON event;
DROP POLICY IF EXISTS audit_remove ON event;
DROP POLICY IF EXISTS audit_clear_address ON event;
DROP POLICY IF EXISTS audit_number ON event;
DROP POLICY IF EXISTS audit_erase ON event;
CREATE POLICY audit_read ON event FOR SELECT TO fastauth_serve USING (true);
CREATE POLICY audit_add ON event FOR INSERT TO fastauth_serve WITH CHECK (true);
CREATE POLICY audit_remove ON event FOR DELETE TO fastauth_serve USING (at < now() - interval '365 days');
CREATE POLICY audit_clear_address ON event FOR UPDATE TO fastauth_serve
    USING (at < now() - interval '30 days') WITH CHECK (at < now() - interval '30 days' AND address IS NULL);
-- An event gets its number in the event feed once, and keeps its address meanwhile.
CREATE POLICY audit_number ON event FOR UPDATE TO fastauth_serve
    USING (seq IS NULL AND kind NOT IN ('session_renewed', 'session_renewal_failed', 'login_failed', 'stepped_up', 'step_up_failed',
        'password_change_failed', 'password_reset_requested', 'second_factor_refused', 'recovery_code_used', 'passkey_used',
        'refreshed', 'refresh_refused', 'log_in_refused', 'password_change_refused'))
    WITH CHECK (seq > 0 AND address IS NOT DISTINCT FROM (SELECT stored.address FROM event AS stored WHERE stored.id = event.id));
-- When an account is erased, the address in its events is cleared at once, whatever their age. Failed log-ins name no account.
CREATE POLICY audit_erase ON event FOR UPDATE TO fastauth_serve
    USING (user_id IN (SELECT erasure.user_id FROM erasure WHERE erased_at > now() - interval '1 day')
        OR actor_id IN (SELECT erasure.user_id FROM erasure WHERE erased_at > now() - interval '1 day')
        OR (user_id IS NULL AND kind IN ('login_failed', 'log_in_refused')))
    WITH CHECK (address IS NULL AND name_digest IS NULL AND (user_id IN (SELECT erasure.user_id FROM erasure WHERE erased_at > now() - interval '1 day')
        OR actor_id IN (SELECT erasure.user_id FROM erasure WHERE erased_at > now() - interval '1 day')
        OR (user_id IS NULL AND kind IN ('login_failed', 'log_in_refused'))));
