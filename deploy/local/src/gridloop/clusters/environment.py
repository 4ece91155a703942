"""What the steps are told: variables of the environment, the same names as in ``docker-compose.yml``."""

import os
import re
from collections.abc import Mapping

from gridloop.errors import MachineError
from gridloop.layout import SERVICES

ROLES = {f"{service}_{role}": f"{service}_{role}_password".upper() for service in SERVICES for role in ("owner", "app")}
USERS = {f"nats:{user}": f"nats_{user}_password".upper() for user in ("admin", *SERVICES)}
PLAIN = re.compile(r"[A-Za-z0-9._~-]{16,}")


def value(name: str) -> str:
    """Raises ``MachineError`` when the variable is missing or empty."""
    found = os.environ.get(name)
    if not found:
        raise MachineError(f"The environment variable {name} is missing: set it and try again.")
    return found


def secret(name: str) -> str:
    """A secret that fits into URLs, SQL and the engines' files as it is."""
    found = value(name)
    if not PLAIN.fullmatch(found):
        raise MachineError(
            f"{name} must have at least 16 characters, of letters, digits and . _ ~ - only, "
            f"since it becomes part of URLs."
        )
    return found


def passwords(names: Mapping[str, str]) -> dict[str, str]:
    """By the roles' or users' names, read from the variables that ``names`` gives."""
    return {name: secret(variable) for name, variable in names.items()}


def cluster_url() -> str:
    """A superuser's URL of the cluster."""
    return value("GRIDLOOP_CLUSTER_URL")


def operator() -> dict[str, str]:
    return {"client_id": value("GRIDLOOP_CLIENT_ID"), "client_secret": secret("GRIDLOOP_CLIENT_SECRET")}


def first_administrator() -> dict[str, str]:
    return {"username": "admin", "password": secret("FIRST_ADMIN_PASSWORD")}
