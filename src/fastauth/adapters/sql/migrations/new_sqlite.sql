CREATE TABLE fastauth_migration ( version_num VARCHAR(32) NOT NULL, CONSTRAINT fastauth_migration_pkc PRIMARY KEY (version_num) )
CREATE TABLE user_info ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, username TEXT NOT NULL, username_key TEXT NOT NULL, password TEXT NOT NULL, fullname TEXT NOT NULL, disabled_at DATETIME, session_epoch INTEGER DEFAULT '0', renames_paid_until BIGINT, locale TEXT, CONSTRAINT user_info_username_key_unique UNIQUE (username_key) )
CREATE TABLE session ( id TEXT NOT NULL, user_id INTEGER NOT NULL, user_agent TEXT NOT NULL, address TEXT NOT NULL, created_at DATETIME NOT NULL, last_used_at DATETIME NOT NULL, expires_at DATETIME NOT NULL, refresh_digest BLOB NOT NULL, refresh_expires_at DATETIME NOT NULL, spent_digest BLOB, spent_at DATETIME, ended_at DATETIME, epoch INTEGER DEFAULT '0', sweep_at DATETIME DEFAULT '1970-01-01 00:00:00.000000', refreshes_paid_until BIGINT, refresh_recorded_at DATETIME, spent_by BLOB, authenticated_at DATETIME, methods TEXT DEFAULT 'pwd', PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES user_info (id) ON DELETE CASCADE )
CREATE INDEX session_user_id ON session (user_id)
CREATE TABLE signing_key ( number INTEGER NOT NULL, kid TEXT NOT NULL, algorithm TEXT NOT NULL, public_jwk TEXT NOT NULL, sealed TEXT NOT NULL, published_at DATETIME NOT NULL, signs_from DATETIME NOT NULL, PRIMARY KEY (number) )
CREATE TABLE event ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at DATETIME NOT NULL, kind TEXT NOT NULL, user_id INTEGER, session_id TEXT , name_digest BLOB, actor TEXT, address TEXT, detail TEXT)
CREATE INDEX event_user_id_at ON event (user_id, at)
CREATE TABLE tally ( "key" BLOB NOT NULL, attempts INTEGER NOT NULL, until DATETIME NOT NULL, PRIMARY KEY ("key") )
CREATE INDEX tally_until ON tally (until)
CREATE INDEX event_at ON event (at)
CREATE INDEX event_name_digest_at ON event (name_digest, at) WHERE name_digest IS NOT NULL
CREATE INDEX event_address_at ON event (at) WHERE address IS NOT NULL
CREATE INDEX session_open ON session (user_id, epoch, created_at, id) WHERE ended_at IS NULL
CREATE INDEX session_sweep_at ON session (sweep_at)
CREATE INDEX session_ended_at ON session (ended_at) WHERE ended_at IS NOT NULL
CREATE TABLE fastauth_task ( name TEXT NOT NULL, begun_at DATETIME NOT NULL, PRIMARY KEY (name) )
CREATE TABLE email_address ( id INTEGER NOT NULL, user_id INTEGER NOT NULL, address TEXT NOT NULL, address_key TEXT NOT NULL, added_at DATETIME NOT NULL, verified_at DATETIME, replaced_at DATETIME, undeliverable_at DATETIME, PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES user_info (id) ON DELETE CASCADE )
CREATE UNIQUE INDEX email_address_key_unique ON email_address (address_key) WHERE verified_at IS NOT NULL AND replaced_at IS NULL
CREATE UNIQUE INDEX email_address_verified_unique ON email_address (user_id) WHERE verified_at IS NOT NULL AND replaced_at IS NULL
CREATE UNIQUE INDEX email_address_pending_unique ON email_address (user_id) WHERE verified_at IS NULL
CREATE INDEX email_address_key ON email_address (address_key)
CREATE INDEX email_address_replaced ON email_address (user_id) WHERE replaced_at IS NOT NULL
CREATE TABLE one_time_token ( id INTEGER NOT NULL, purpose TEXT NOT NULL, digest BLOB NOT NULL, user_id INTEGER, session_id TEXT, subject TEXT, payload TEXT, attempts INTEGER DEFAULT '0' NOT NULL, created_at DATETIME NOT NULL, expires_at DATETIME NOT NULL, consumed_at DATETIME, PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES user_info (id) ON DELETE CASCADE )
CREATE UNIQUE INDEX one_time_token_digest_unique ON one_time_token (digest)
CREATE INDEX one_time_token_open ON one_time_token (user_id, purpose) WHERE consumed_at IS NULL
CREATE INDEX one_time_token_expires_at ON one_time_token (expires_at)
CREATE TABLE outbox ( id TEXT NOT NULL, kind TEXT NOT NULL, user_id INTEGER, sealed TEXT, created_at DATETIME NOT NULL, due_at DATETIME NOT NULL, leased_until DATETIME, attempts INTEGER DEFAULT '0' NOT NULL, expires_at DATETIME, done_at DATETIME, outcome TEXT, error TEXT, PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES user_info (id) ON DELETE CASCADE )
CREATE INDEX outbox_due ON outbox (due_at) WHERE done_at IS NULL
CREATE INDEX outbox_user_id ON outbox (user_id) WHERE user_id IS NOT NULL
CREATE INDEX outbox_done_at ON outbox (done_at) WHERE done_at IS NOT NULL
CREATE TABLE role ( name TEXT NOT NULL, description TEXT NOT NULL, built_in BOOLEAN NOT NULL, changed_at DATETIME NOT NULL, PRIMARY KEY (name) )
CREATE TABLE role_permission ( role TEXT NOT NULL, permission TEXT NOT NULL, PRIMARY KEY (role, permission), FOREIGN KEY(role) REFERENCES role (name) ON DELETE CASCADE )
CREATE TABLE user_role ( user_id INTEGER NOT NULL, role TEXT NOT NULL, granted_by INTEGER, granted_at DATETIME NOT NULL, PRIMARY KEY (user_id, role), FOREIGN KEY(user_id) REFERENCES user_info (id) ON DELETE CASCADE, FOREIGN KEY(role) REFERENCES role (name) )
CREATE INDEX user_role_role ON user_role (role)
CREATE TABLE revocation ( id INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, at DATETIME NOT NULL, PRIMARY KEY (id) )
CREATE INDEX revocation_at ON revocation (at)
CREATE TABLE service ( name TEXT NOT NULL, permissions TEXT NOT NULL, created_at DATETIME NOT NULL, PRIMARY KEY (name) )
CREATE TABLE service_key ( digest BLOB NOT NULL, service TEXT NOT NULL, created_at DATETIME NOT NULL, expires_at DATETIME, PRIMARY KEY (digest), FOREIGN KEY(service) REFERENCES service (name) ON DELETE CASCADE )
CREATE INDEX email_address_replaced_at ON email_address (replaced_at) WHERE replaced_at IS NOT NULL
INSERT INTO fastauth_migration (version_num) VALUES ('0012')
INSERT INTO fastauth_task (name, begun_at) VALUES ('sessions', '1970-01-01 00:00:00.000000')
INSERT INTO fastauth_task (name, begun_at) VALUES ('tallies', '1970-01-01 00:00:00.000000')
INSERT INTO fastauth_task (name, begun_at) VALUES ('events', '1970-01-01 00:00:00.000000')
INSERT INTO fastauth_task (name, begun_at) VALUES ('one_time_tokens', '1970-01-01 00:00:00.000000')
INSERT INTO fastauth_task (name, begun_at) VALUES ('outbox', '1970-01-01 00:00:00.000000')
INSERT INTO fastauth_task (name, begun_at) VALUES ('roles', '1970-01-01 00:00:00.000000')
INSERT INTO fastauth_task (name, begun_at) VALUES ('revocations', '1970-01-01 00:00:00.000000')
INSERT INTO fastauth_task (name, begun_at) VALUES ('email_addresses', '1970-01-01 00:00:00.000000')
INSERT INTO role (name, description, built_in, changed_at) VALUES ('admin', 'All permissions of the authentication service', 1, '1970-01-01 00:00:00.000000')
INSERT INTO role (name, description, built_in, changed_at) VALUES ('auditor', 'Reads everything in the authentication service and changes nothing', 1, '1970-01-01 00:00:00.000000')
INSERT INTO role_permission (role, permission) VALUES ('admin', 'fastauth:users.read')
INSERT INTO role_permission (role, permission) VALUES ('admin', 'fastauth:roles.read')
INSERT INTO role_permission (role, permission) VALUES ('admin', 'fastauth:clients.read')
INSERT INTO role_permission (role, permission) VALUES ('admin', 'fastauth:audit.read')
INSERT INTO role_permission (role, permission) VALUES ('admin', 'fastauth:events.read')
INSERT INTO role_permission (role, permission) VALUES ('admin', 'fastauth:revocations.read')
INSERT INTO role_permission (role, permission) VALUES ('admin', 'fastauth:users.write')
INSERT INTO role_permission (role, permission) VALUES ('admin', 'fastauth:roles.write')
INSERT INTO role_permission (role, permission) VALUES ('admin', 'fastauth:clients.write')
INSERT INTO role_permission (role, permission) VALUES ('admin', 'fastauth:keys.write')
INSERT INTO role_permission (role, permission) VALUES ('admin', 'fastauth:tokens.introspect')
INSERT INTO role_permission (role, permission) VALUES ('auditor', 'fastauth:users.read')
INSERT INTO role_permission (role, permission) VALUES ('auditor', 'fastauth:roles.read')
INSERT INTO role_permission (role, permission) VALUES ('auditor', 'fastauth:clients.read')
INSERT INTO role_permission (role, permission) VALUES ('auditor', 'fastauth:audit.read')
INSERT INTO role_permission (role, permission) VALUES ('auditor', 'fastauth:events.read')
INSERT INTO role_permission (role, permission) VALUES ('auditor', 'fastauth:revocations.read')
