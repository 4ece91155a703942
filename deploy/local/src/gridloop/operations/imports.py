"""``gridloop import KIND FILE``: a file for the suite, all of it or nothing, every fault by row and column."""

import json as encoder
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridloop.errors import MachineError
from gridloop.options import Options

if TYPE_CHECKING:
    from gridloop.operations.session import Target

TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/csv",
    ".txt": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".json": "application/json",
}
SHOWN = 100


@dataclass(frozen=True)
class Kind:
    """``path`` takes the file; ``jobs``: where its job is told of, '' where the answer itself is the result."""

    path: str
    suffixes: tuple[str, ...]
    jobs: str = ""
    needs: tuple[str, ...] = ()


SHEETS = (".csv", ".tsv", ".txt", ".xlsx")
KINDS = {
    "contacts": Kind("/v1/contacts/imports", SHEETS, "/v1/contacts/jobs"),
    "responses": Kind("/v1/responses/imports", SHEETS, "/v1/responses/jobs", ("questionnaire",)),
    "catalogue": Kind("/v1/processes/import", (".yaml", ".yml", ".json")),
    "network": Kind("/v1/network/imports", (".csv", ".json")),
}


def import_file(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(KINDS)}.")],
    file: Annotated[Path, typer.Argument(help="CSV or XLSX; the catalogue as YAML, a network as pandapower JSON too.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and store nothing.")] = False,
    questionnaire: Annotated[str | None, typer.Option(help="Of past responses: what they answer.")] = None,
    source: Annotated[str | None, typer.Option(help="Of past responses: the system they come from.")] = None,
    source_version: Annotated[int | None, typer.Option(help="Of contacts, where no column says it.")] = None,
    account_digits: Annotated[int | None, typer.Option(help="Digits of each account number.")] = None,
    encoding: Annotated[str | None, typer.Option(help="utf-8 or gb18030; found out by itself.")] = None,
    url: Annotated[str | None, typer.Option(help="A gateway elsewhere; credentials by environment.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print for a program.")] = False,
) -> None:
    """Bring a file into the suite: all of it, or nothing and what is wrong by row and column."""
    from gridloop.operations.session import target

    given = {"questionnaire": questionnaire, "source": source, "source_version": source_version,
             "account_digits": account_digits, "encoding": encoding}  # fmt: skip
    query: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    options: Options = context.obj
    found = _run(target(options, url), _known(kind, file, query), file, query | ({"dry_run": True} if dry_run else {}))
    typer.echo(encoder.dumps(found, ensure_ascii=False) if json else _sentences(found))
    if found.get("outcome") in {"refused", "failed"}:
        raise typer.Exit(1)


def _known(kind: str, file: Path, query: dict[str, Any]) -> Kind:
    if kind not in KINDS:
        raise MachineError(f"There is no kind {kind!r} to import: it is one of {', '.join(KINDS)}.")
    known = KINDS[kind]
    if file.suffix.lower() not in known.suffixes:
        raise MachineError(f"A file of {kind} ends in {', '.join(known.suffixes)}; {file.name} does not.")
    if not file.is_file():
        raise MachineError(f"There is no file {file}.")
    if missing := [name for name in known.needs if name not in query]:
        raise MachineError(f"Say by --{missing[0]} what the {kind} belong to.")
    return known


def _run(suite: "Target", kind: Kind, file: Path, query: dict[str, Any]) -> dict[str, Any]:
    from gridloop.operations.following import followed
    from gridloop.operations.session import Session

    suffix = file.suffix.lower()
    if kind.path.startswith("/v1/network"):
        query = query | {"format": "csv" if suffix == ".csv" else "pandapower", "name": file.stem}
    headers = {"Content-Type": TYPES[suffix], "Content-Length": str(file.stat().st_size)}
    with Session(suite) as session, file.open("rb") as content:
        taken: dict[str, Any] = session.gateway("POST", kind.path, content=content, headers=headers, params=query)
    return followed(suite, f"{kind.jobs}/{taken['job']}", "importing") if kind.jobs else taken


def _sentences(found: dict[str, Any]) -> str:
    if "outcome" not in found:
        return encoder.dumps(found, ensure_ascii=False, indent=2)
    match found["outcome"]:
        case "applied":
            return f"{found['rows']} rows: {found['changed']} stored, {found['unchanged']} were here already."
        case "checked":
            return f"{found['rows']} rows, none at fault; nothing was stored."
        case "refused":
            lines = [f"row {one['row']:>7}  {one['column']:<20}  {one['detail']}" for one in found["faults"][:SHOWN]]
            more = found["fault_count"] - len(lines)
            return "\n".join([f"Nothing was stored; {found['fault_count']} fault(s):", *lines]) + (
                f"\nand {more} more" if more > 0 else ""
            )
    return f"The import {found['outcome']}: {found['error']}"
