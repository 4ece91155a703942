"""Makes clusters that the launcher did not start ready for the suite, with the launcher's own rules.

    python -m gridloop.clusters roles       databases and roles on a PostgreSQL cluster
    python -m gridloop.clusters keys DIR    signing and encryption keys of each service, below DIR
    python -m gridloop.clusters broker      waits for NATS and says what it lacks
    python -m gridloop.clusters postgresql.conf | nats.conf     the engines' configuration, as kept under deploy/

What is secret comes from the environment; ``docker-compose.yml`` names all of it.
"""
