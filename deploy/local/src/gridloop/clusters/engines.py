"""The engines' configuration for clusters of one's own, from the launcher's settings for its own engines."""

import json
import re

from gridloop.clusters.environment import USERS
from gridloop.engines.nats import configuration
from gridloop.engines.postgres import SETTINGS

LOCAL_ONLY = {"listen_addresses", "unix_socket_directories"}
VARIABLE = re.compile(r'"(\$[A-Z_]+)"')


def nats_conf() -> str:
    """Streams below /data; the passwords are variables of the server's environment."""
    told = configuration("0.0.0.0:4222", "/data", {user: "$" + name for user, name in USERS.items()})
    head = (
        "# Printed by `python -m gridloop.clusters nats.conf`. Variables may need quotes of their own: see README.md.\n"
    )
    return head + VARIABLE.sub(r"\1", json.dumps(told, indent=1)) + "\n"


def postgresql_conf() -> str:
    lines = ["# Printed by `python -m gridloop.clusters postgresql.conf`.", "listen_addresses = '*'"]
    lines += [f"{name} = '{value}'" for name, value in SETTINGS.items() if name not in LOCAL_ONLY]
    return "\n".join(lines) + "\n"
