-- Two roles and a database. Run it once, as a superuser, with passwords that you made, by `openssl rand -hex 32` for example:
--   psql -v migrate_password="$MIGRATE_PASSWORD" -v serve_password="$SERVE_PASSWORD" -f roles.sql
CREATE ROLE fastauth_migrate LOGIN PASSWORD :'migrate_password'; -- owns the tables: fastauth migrate
CREATE ROLE fastauth_serve LOGIN PASSWORD :'serve_password'; -- reads and writes rows: everything else
CREATE DATABASE fastauth OWNER fastauth_migrate;
