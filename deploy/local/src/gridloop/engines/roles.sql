-- Owner and application role of one service. Run in the service's own database (see postgres.py for the placeholders).
REVOKE ALL ON DATABASE {service} FROM PUBLIC;
GRANT CONNECT ON DATABASE {service} TO {service}_app;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO {service}_owner;
GRANT USAGE ON SCHEMA public TO {service}_app;
ALTER DEFAULT PRIVILEGES FOR ROLE {service}_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {service}_app;
ALTER DEFAULT PRIVILEGES FOR ROLE {service}_owner GRANT USAGE, SELECT ON SEQUENCES TO {service}_app;
ALTER DEFAULT PRIVILEGES FOR ROLE {service}_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE {service}_owner GRANT EXECUTE ON FUNCTIONS TO {service}_app;
