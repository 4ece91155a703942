"""``gridloop keys``: the keys that seal personal data; a new one, everything under it, and the old one destroyed."""

import json as encoder
from typing import Annotated, Any

import typer

from gridloop.errors import MachineError
from gridloop.layout import SERVICES, Layout
from gridloop.options import Options

app = typer.Typer(no_args_is_help=True, help="The keys that seal personal data, by service.")

Service = Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.")]
Json = Annotated[bool, typer.Option("--json", help="Print for a program.")]
REWRAPS = {"survey": ("/v1/contacts/rewrap", "/v1/contacts/jobs")}
"""Where a service brings its rows under the newest key, and where it tells of it."""


@app.command("list")
def list_keys(context: typer.Context, service: Service, json: Json = False) -> None:
    """Print the names of a service's keys, the one that seals first."""
    from gridloop.keyrings import names

    known = names(_keyring(_layout(context), service))
    typer.echo(encoder.dumps({"keys": known}) if json else "\n".join([f"{known[0]} (seals)", *known[1:]]))


@app.command("add")
def add_key(context: typer.Context, service: Service, json: Json = False) -> None:
    """Put a new key first; the service seals with it from its next start on, and the old ones go on opening."""
    from gridloop.keyrings import add_key, names

    layout = _layout(context)
    path = _keyring(layout, service)
    name = add_key(path)
    _say(
        {"service": service, "key": name, "keys": names(path)},
        f"{name} seals what {service} writes from its next start on; {', '.join(names(path)[1:])} still opens what is "
        f"there. Start the suite again; a copy of {layout.secrets} belongs to every backup.",
        as_json=json,
    )


@app.command("rewrap")
def rewrap_rows(context: typer.Context, service: Service, json: Json = False) -> None:
    """Bring every data key, and what the service itself sealed, under the newest key."""
    from gridloop.operations.following import followed
    from gridloop.operations.session import Session, target

    layout = _layout(context)
    _keyring(layout, service)
    if service not in REWRAPS:
        raise MachineError(f"{service} does not bring rows under a new key: its old keys stay, and go on opening.")
    _require_new_start(layout, service)
    begin, jobs = REWRAPS[service]
    suite = target(context.obj, None)
    with Session(suite) as session:
        job = session.gateway("POST", begin)["job"]
    done = followed(suite, f"{jobs}/{job}", "rewrapping")
    _say(done, _rewrapped(done), as_json=json)
    if "current" not in done:
        raise typer.Exit(1)


@app.command("destroy")
def destroy_key(
    context: typer.Context,
    service: Service,
    key: str,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    json: Json = False,
) -> None:
    """Remove a key that no row needs: backups of its time never open again."""
    from gridloop import keyrings

    layout = _layout(context)
    path = _keyring(layout, service)
    keyrings.require_old(path, key)
    _require_new_start(layout, service)
    _require_unneeded(layout, service, key)
    if not yes:
        typer.confirm(f"Backups that were made under {key} will never open again. Destroy it?", abort=True, err=True)
    keyrings.remove_key(path, key)
    _say(
        {"service": service, "destroyed": key, "keys": keyrings.names(path)},
        f"{key} is gone from {path}; destroy its copies too, and what backups it opened stays closed.",
        as_json=json,
    )


def _layout(context: typer.Context) -> Layout:
    options: Options = context.obj
    return Layout(options.data_folder())


def _keyring(layout: Layout, service: str) -> Any:
    from gridloop.credentials import Credentials

    if service not in SERVICES:
        raise MachineError(f"There is no service {service!r}: it is one of {', '.join(SERVICES)}.")
    return Credentials(layout).keyring(service)


def _require_new_start(layout: Layout, service: str) -> None:
    """A service that started before the newest key was made still seals with the old one."""
    import psutil

    from gridloop.data_folder import DataFolder

    folder = DataFolder(layout)
    running: dict[str, Any] = folder.described() if folder.running() else {}
    if "url" not in running:
        raise MachineError(f"No suite runs on {layout.root}: start one with ./gridloop up, and do this beside it.")
    changed = _keyring(layout, service).stat().st_mtime
    if psutil.Process(running["pid"]).create_time() <= changed:
        raise MachineError(
            f"The suite has not read {service}'s newest keys yet: stop it, start it again, then do this."
        )


def _require_unneeded(layout: Layout, service: str, key: str) -> None:
    import asyncio

    from gridloop.sealed_rows import needing
    from kit.encryption import Keyring

    keyring = Keyring.read(_keyring(layout, service))
    needed = asyncio.run(needing(_database(layout, service), keyring, key))
    if needed:
        rows = ", ".join(f"{count} in {place}" for place, count in needed.items())
        how = f": run ./gridloop keys rewrap {service} first" if service in REWRAPS else ""
        raise MachineError(f"{key} is still needed by {sum(needed.values())} value(s) ({rows}){how}.")


def _database(layout: Layout, service: str) -> str:
    from gridloop.credentials import Credentials
    from gridloop.engines.postgres import running_port

    role = f"{service}_owner"
    password = Credentials(layout).passwords()[role]
    return f"postgresql://{role}:{password}@127.0.0.1:{running_port(layout)}/{service}"


def _rewrapped(done: dict[str, Any]) -> str:
    if "current" not in done:
        return f"The work {done['outcome']}: {done['error']}"
    count = sum(done["rewrapped"].values())
    free = ", ".join(done["needed_by_no_row"]) or "none"
    return f"{count} value(s) brought under {done['current']}; older keys that no row needs: {free}."


def _say(what: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    typer.echo(encoder.dumps(what, ensure_ascii=False) if as_json else sentence)
