"""The suite's API as a plain page: no script, nothing from outside, readable with a screen reader."""

from collections import defaultdict
from collections.abc import Mapping
from html import escape
from typing import Any

from gateway.documents.merging import operations
from gateway.upstreams.resources import resource_of

STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: 0; list-style: none; }
dt { font-family: ui-monospace, monospace; margin-top: .6rem; overflow-wrap: anywhere; }
dd { margin: 0 0 0 4rem; color: #444; }
b { display: inline-block; min-width: 4rem; }
a { color: #0b57a4; }
"""
Operation = tuple[str, str, Mapping[str, Any]]


def page(document: Mapping[str, Any]) -> str:
    """HTML listing every operation of an OpenAPI document by resource."""
    by_resource: dict[str, list[Operation]] = defaultdict(list)
    for path, method, operation in operations(document["paths"]):
        by_resource[resource_of(path) or "others"].append((path, method, operation))
    names = sorted(by_resource)
    title = escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="/docs/style.css"></head><body><main><h1>{title}</h1>'
        f"<p>{escape(document['info'].get('description', ''))} The whole contract, with every shape and "
        'example: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>'
        f'{_missing(document)}<nav aria-label="Resources"><ul>{"".join(map(_link, names))}</ul></nav>'
        f"{''.join(_section(name, by_resource[name]) for name in names)}</main></body></html>"
    )


def _missing(document: Mapping[str, Any]) -> str:
    missing = ", ".join(document.get("x-missing", []))
    return f'<p role="status">Not listed, because away at present: {escape(missing)}.</p>' if missing else ""


def _link(name: str) -> str:
    return f'<li><a href="#{escape(name)}">{escape(name)}</a></li>'


def _section(name: str, found: list[Operation]) -> str:
    rows = "".join(map(_row, found))
    return f'<section id="{escape(name)}"><h2>{escape(name)}</h2><dl>{rows}</dl></section>'


def _row(operation: Operation) -> str:
    path, method, body = operation
    about = body.get("description") or body.get("summary") or ""
    return f"<dt><b>{method.upper()}</b> {escape(path)}</dt><dd>{escape(about)}</dd>"
