-- PostgreSQL's image runs this when docker-compose.production.yml makes the volume: a role for fastauth that owns its
-- database and is no superuser.
\set password `cat /run/secrets/POSTGRES_FASTAUTH_PASSWORD`
CREATE ROLE fastauth LOGIN PASSWORD :'password';
CREATE DATABASE fastauth OWNER fastauth;
