-- Runs once, when the database cluster is made. Two roles: the owner migrates and owns every table; the runtime
-- role serves and owns nothing, so that it can never alter a table or lift a guard. `manage.py migrate` gives the
-- runtime role its rights, table by table.
\set owner_password `cat /run/secrets/owner_password`
\set runtime_password `cat /run/secrets/runtime_password`

CREATE ROLE jincheng_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE jincheng_runtime LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'runtime_password';
CREATE DATABASE jincheng OWNER jincheng_owner;
REVOKE ALL ON DATABASE jincheng FROM PUBLIC;
GRANT CONNECT ON DATABASE jincheng TO jincheng_runtime;

\connect jincheng
ALTER SCHEMA public OWNER TO jincheng_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
