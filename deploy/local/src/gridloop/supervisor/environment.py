"""The environment that every Python child starts from."""

import os


def base_environment() -> dict[str, str]:
    """The caller's environment without settings of Gridloop's, which come from the data folder alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDLOOP_")}
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1"}
