"""``gridloop events``: the logs of events, and what was parked because its handler failed."""

import json
from typing import Annotated, Any

import typer

from gridloop.layout import SERVICES
from gridloop.options import Options

app = typer.Typer(no_args_is_help=True, help="The services' logs of events, and their dead letters.")
dead = typer.Typer(no_args_is_help=True, help="Events that were parked because a handler failed on them.")
app.add_typer(dead, name="dead")

Url = Annotated[str | None, typer.Option(help="A gateway elsewhere; credentials by environment.")]
At = Annotated[str | None, typer.Option(help="With --url: the service's own address.")]
Json = Annotated[bool, typer.Option("--json", help="Print for a program.")]
Service = Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.")]


@app.command("list")
def list_events(
    context: typer.Context,
    stream: Annotated[str, typer.Argument(help="For example survey or survey-responses.")],
    after: Annotated[int, typer.Option(help="The last sequence already known.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    url: Url = None,
    at: At = None,
    json: Json = False,
) -> None:
    """Print a stream's events, oldest first."""
    query = {"stream": stream, "after": after, "limit": limit}
    found = _ask(context.obj, url, at, stream.split("-")[0], "GET", "/v1/events", params=query)
    _print_list(found, ("sequence", "time", "type", "subject"), as_json=json)


@app.command()
def head(context: typer.Context, service: Service, url: Url = None, at: At = None, json: Json = False) -> None:
    """Print how far a service's log reaches."""
    found = _ask(context.obj, url, at, service, "GET", "/v1/events/head")
    if json:
        _print_json(found)
        return
    for stream, sequence in found["streams"].items():
        typer.echo(f"{stream:<24} {sequence}")


@dead.command("list")
def list_dead(
    context: typer.Context,
    service: Annotated[list[str] | None, typer.Argument(help="Which services; all without.")] = None,
    after: Annotated[str | None, typer.Option(help="'next' of the page before (of one service).")] = None,
    url: Url = None,
    at: At = None,
    json: Json = False,
) -> None:
    """Print the parked events, oldest first by service."""
    query = {"after": after} if after else {}
    pages = {
        name: _ask(context.obj, url, at, name, "GET", "/v1/events/dead", params=query) for name in service or SERVICES
    }
    items = [{"service": name} | item for name, page in pages.items() for item in page["items"]]
    following = next((page["next"] for page in pages.values() if page["next"]), None)
    _print_list(
        {"items": items, "next": following}, ("service", "id", "type", "subject", "attempts", "error"), as_json=json
    )


@dead.command()
def replay(context: typer.Context, service: Service, letter: int, url: Url = None, at: At = None) -> None:
    """Handle a parked event again, with all that wait behind it."""
    found = _ask(context.obj, url, at, service, "POST", f"/v1/events/dead/{letter}/replay")
    typer.echo(f"{found['replayed']} handled")


@dead.command()
def discard(context: typer.Context, service: Service, letter: int, url: Url = None, at: At = None) -> None:
    """Give a parked event up; those behind it stay."""
    _ask(context.obj, url, at, service, "DELETE", f"/v1/events/dead/{letter}")
    typer.echo("discarded")


def _ask(options: Options, url: str | None, at: str | None, service: str, *request: str, **what: Any) -> Any:
    from gridloop.errors import MachineError
    from gridloop.operations.session import Session, target

    if service not in SERVICES:
        raise MachineError(f"There is no service {service!r}: it is one of {', '.join(SERVICES)}.")
    with Session(target(options, url, at)) as session:
        return session.service(service, *request, **what)


def _print_json(found: object) -> None:
    typer.echo(json.dumps(found, ensure_ascii=False))


def _print_list(page: dict[str, Any], columns: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        _print_json(page)
        return
    for item in page["items"]:
        typer.echo("  ".join(str(item.get(column, "")) for column in columns))
    if page["next"] is not None:
        typer.echo(f"more with --after {page['next']}")
