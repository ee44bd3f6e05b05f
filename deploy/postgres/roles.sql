-- Two roles and a database. Run it once, as a superuser, with passwords of your own:
--   psql -v migrate_password="$(openssl rand -hex 32)" -v serve_password="$(openssl rand -hex 32)" -f roles.sql
CREATE ROLE fastauth_migrate LOGIN PASSWORD :'migrate_password'; -- owns the tables: fastauth migrate
CREATE ROLE fastauth_serve LOGIN PASSWORD :'serve_password'; -- reads and writes rows: everything else
CREATE DATABASE fastauth OWNER fastauth_migrate;
