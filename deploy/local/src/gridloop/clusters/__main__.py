"""``python -m gridloop.clusters``: one step at a time; each may be repeated."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from gridloop.errors import MachineError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


@app.command()
def roles() -> None:
    """Make the databases and roles that are missing, and set the roles' passwords."""
    from gridloop.clusters import environment
    from gridloop.clusters.roles import make_roles

    asyncio.run(make_roles(environment.cluster_url(), environment.passwords(environment.ROLES)))
    sys.stdout.write("databases and roles are there\n")


@app.command()
def keys(folder: Annotated[Path, typer.Argument(help="A folder by service below it.")]) -> None:
    """Make the keys that are missing; those that are there stay."""
    from gridloop.clusters import environment
    from gridloop.clusters.keys import lay_out

    lay_out(folder, environment.operator(), environment.first_administrator())
    sys.stdout.write(f"keys are in {folder}\n")


@app.command()
def broker() -> None:
    """Wait for NATS and see that it can carry the events."""
    from gridloop.clusters import environment
    from gridloop.clusters.broker import check

    asyncio.run(check(environment.value("GRIDLOOP_NATS_URL")))
    sys.stdout.write("the broker is ready\n")


@app.command("nats.conf")
def nats_configuration() -> None:
    """Print NATS' configuration; its users' passwords are variables of the server's environment."""
    from gridloop.clusters.engines import nats_conf

    sys.stdout.write(nats_conf())


@app.command("postgresql.conf")
def postgres_configuration() -> None:
    """Print PostgreSQL's settings."""
    from gridloop.clusters.engines import postgresql_conf

    sys.stdout.write(postgresql_conf())


def main() -> None:
    """One sentence and a non-zero exit where something is missing."""
    try:
        app(prog_name="python -m gridloop.clusters")
    except MachineError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
