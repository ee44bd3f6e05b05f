-- What fastauth_serve may do. Run it as fastauth_migrate after each `fastauth migrate`; it may be repeated.
GRANT SELECT, INSERT, UPDATE, DELETE ON user_info, session, signing_key, tally TO fastauth_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON email_address, one_time_token, outbox, totp, recovery_code TO fastauth_serve;
GRANT SELECT, INSERT, UPDATE ON browser_session TO fastauth_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON passkey TO fastauth_serve;
GRANT SELECT, INSERT, DELETE ON revocation, service TO fastauth_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON service_key TO fastauth_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON role TO fastauth_serve;
GRANT SELECT, INSERT, DELETE ON role_permission, user_role TO fastauth_serve;
GRANT SELECT, UPDATE ON fastauth_task TO fastauth_serve;
GRANT SELECT ON fastauth_migration TO fastauth_serve;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO fastauth_serve;

-- The audit trail: rows are added and read. A row is removed, and an address cleared, only once it is as old as
-- FASTAUTH_AUDIT_RETENTION_DAYS and FASTAUTH_AUDIT_ADDRESS_RETENTION_DAYS say. Write your own numbers here where you changed those.
GRANT SELECT, INSERT, DELETE, UPDATE (address) ON event TO fastauth_serve;
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS audit_read ON event;
DROP POLICY IF EXISTS audit_add ON event;
DROP POLICY IF EXISTS audit_remove ON event;
DROP POLICY IF EXISTS audit_clear_address ON event;
CREATE POLICY audit_read ON event FOR SELECT TO fastauth_serve USING (true);
CREATE POLICY audit_add ON event FOR INSERT TO fastauth_serve WITH CHECK (true);
CREATE POLICY audit_remove ON event FOR DELETE TO fastauth_serve USING (at < now() - interval '365 days');
CREATE POLICY audit_clear_address ON event FOR UPDATE TO fastauth_serve
    USING (at < now() - interval '30 days') WITH CHECK (address IS NULL);
