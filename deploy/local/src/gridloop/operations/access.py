"""``gridloop user add`` and ``gridloop client add``: people and systems that may sign in."""

import json as encoder
from typing import Annotated, Any

import typer

from gridloop.options import Options

user = typer.Typer(no_args_is_help=True, help="People with an account of the gateway's own.")
client = typer.Typer(no_args_is_help=True, help="Systems that sign in with client credentials.")

Url = Annotated[str | None, typer.Option(help="A gateway elsewhere; credentials by environment.")]
Json = Annotated[bool, typer.Option("--json", help="Print for a program.")]
RoleNames = Annotated[list[str], typer.Option("--role", help="May be given again for more roles.")]
Unit = Annotated[str, typer.Option(help="Path of the unit that bounds what is seen, such as /city/east/.")]


@user.callback()
def people() -> None:
    """Keeps ``add`` a word of its own while it is the only command."""


@client.callback()
def systems() -> None:
    """Keeps ``add`` a word of its own while it is the only command."""


@user.command("add")
def add_user(
    context: typer.Context,
    username: str,
    role: RoleNames,
    name: Annotated[str, typer.Option(help="The person's name.")],
    unit: Unit = "/",
    employee: Annotated[str | None, typer.Option(help="Employee number.")] = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Open an account and print its one-time password."""
    body = {"username": username, "name": name, "roles": role, "unit": unit, "employee": employee}
    made = _post(context.obj, url, "/v1/accounts", body)
    _print(made, f"{made['username']} may sign in with the one-time password {made['one_time_password']}", as_json=json)


@client.command("add")
def add_client(
    context: typer.Context,
    name: str,
    role: RoleNames,
    unit: Unit = "/",
    client_id: Annotated[str | None, typer.Option(help="Chosen freely, or made.")] = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Admit a system and print its credentials."""
    body = {"name": name, "roles": role, "unit": unit, "client_id": client_id}
    made = _post(context.obj, url, "/v1/clients", body)
    _print(made, f"client_id {made['client_id']}\nclient_secret {made['client_secret']}", as_json=json)


def _post(options: Options, url: str | None, path: str, body: dict[str, Any]) -> Any:
    from gridloop.operations.session import Session, target

    with Session(target(options, url)) as session:
        return session.gateway("POST", path, json={key: value for key, value in body.items() if value is not None})


def _print(made: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    typer.echo(encoder.dumps(made, ensure_ascii=False) if as_json else sentence)
