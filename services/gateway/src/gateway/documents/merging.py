"""One OpenAPI document out of several: paths by owner, components under names that mean one thing.

Two services may call different shapes by one name. A name whose meaning differs anywhere, itself or by what
it refers to, gets the service's name in front in every document; a name that means the same everywhere is
shared.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]
Component = tuple[str, str]
"""A section of ``components`` and a name in it, such as ``("schemas", "Order")``."""

Names = dict[Component, str]

_REFERENCE = re.compile(r"#/components/([^/]+)/([^/]+)")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)


def _references(node: Any) -> set[Component]:
    matches = (_REFERENCE.fullmatch(text) for text in _strings(node))
    return {(match[1], match[2]) for match in matches if match}


def _security_of(node: Any) -> set[Component]:
    """Security requirements name their scheme by key, not by reference."""
    schemes = {name for requirement in node.get("security", []) for name in requirement}
    return {("securitySchemes", name) for name in schemes}


def _components(document: Document) -> dict[Component, Any]:
    sections = document.get("components", {}).items()
    return {(section, name): body for section, named in sections for name, body in named.items()}


def operations(paths: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation) in the document's order."""
    for path, item in paths.items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _with_own_security(document: Document, paths: Mapping[str, Any]) -> dict[str, Any]:
    """Writes the document's default security into each operation, where the merged one has no default."""
    default = document.get("security", [])
    return {
        path: {key: {"security": default, **value} if key in METHODS else value for key, value in item.items()}
        for path, item in paths.items()
    }


def _reachable(paths: Mapping[str, Any], components: Mapping[Component, Any]) -> dict[Component, Any]:
    """The components that these paths use, directly or through others."""
    waiting = _references(paths)
    for _, _, operation in operations(paths):
        waiting |= _security_of(operation)
    found: dict[Component, Any] = {}
    while waiting:
        component = waiting.pop()
        if component in components and component not in found:
            found[component] = components[component]
            waiting |= _references(components[component])
    return found


def _ambiguous(by_service: Mapping[str, Mapping[Component, Any]]) -> set[Component]:
    meanings: dict[Component, list[Any]] = defaultdict(list)
    for components in by_service.values():
        for component, body in components.items():
            meanings[component].append(body)
    found = {component for component, bodies in meanings.items() if any(body != bodies[0] for body in bodies)}
    users = {
        component: set().union(*map(_references, bodies)) for component, bodies in meanings.items() if len(bodies) > 1
    }
    found = {component for component in found if component[0] != "securitySchemes"}  # one sign-in for all
    while more := {component for component, used in users.items() if used & found} - found:
        found |= more
    return found


def _names(by_service: Mapping[str, Mapping[Component, Any]]) -> dict[str, Names]:
    """For each service, what the merged document calls each of its components."""
    taken = {component for components in by_service.values() for component in components}
    ambiguous = _ambiguous(by_service)
    names: dict[str, Names] = {}
    for service, components in by_service.items():
        names[service] = {}
        for section, name in components:
            chosen = name
            if (section, name) in ambiguous:
                chosen = f"{service.capitalize()}{name[:1].upper()}{name[1:]}"
                while (section, chosen) in taken:
                    chosen += "_"
                taken.add((section, chosen))
            names[service][section, name] = chosen
    return names


def _renamed(node: Any, names: Names) -> Any:
    if isinstance(node, str):
        match = _REFERENCE.fullmatch(node)
        if not match or (match[1], match[2]) not in names:
            return node
        return f"#/components/{match[1]}/{names[match[1], match[2]]}"
    if isinstance(node, Mapping):
        return {key: _renamed(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [_renamed(value, names) for value in node]
    return node


def _repeated_ids(paths_by_service: Mapping[str, Mapping[str, Any]]) -> set[str]:
    users: dict[str, set[str]] = defaultdict(set)
    for service, paths in paths_by_service.items():
        for _, _, operation in operations(paths):
            users[operation.get("operationId", "")].add(service)
    return {name for name, services in users.items() if len(services) > 1}


def _with_distinct_ids(service: str, paths: dict[str, Any], repeated: set[str]) -> dict[str, Any]:
    for _, _, operation in operations(paths):
        if operation.get("operationId") in repeated:
            operation["operationId"] = f"{service}_{operation['operationId']}"
    return paths


def _tags(documents: Iterable[Document]) -> list[dict[str, Any]]:
    by_name: dict[str, dict[str, Any]] = {}
    for document in documents:
        for tag in document.get("tags", []):
            by_name.setdefault(tag["name"], tag)
    return list(by_name.values())


def merge(
    info: Mapping[str, Any], documents: Mapping[str, Document], owns: Callable[[str, str], bool]
) -> dict[str, Any]:
    """Merges the documents of services (by service name) into one OpenAPI 3.1 document.

    ``owns(service, path)`` says whose path it is; a path shown by a service that does not own it is left out.
    """
    paths = {
        service: _with_own_security(
            document,
            {path: item for path, item in document.get("paths", {}).items() if owns(service, path)},
        )
        for service, document in documents.items()
    }
    used = {service: _reachable(paths[service], _components(documents[service])) for service in documents}
    names, repeated = _names(used), _repeated_ids(paths)
    merged_paths: dict[str, Any] = {}
    merged_components: dict[str, dict[str, Any]] = {}
    for service in documents:
        merged_paths |= _with_distinct_ids(service, _renamed(paths[service], names[service]), repeated)
        for (section, name), body in used[service].items():
            chosen = names[service][section, name]
            merged_components.setdefault(section, {})[chosen] = _renamed(body, names[service])
    return {
        "openapi": "3.1.0",
        "info": dict(info),
        "servers": [{"url": "/"}],
        "paths": merged_paths,
        "components": merged_components,
        "tags": _tags(documents.values()),
    }
