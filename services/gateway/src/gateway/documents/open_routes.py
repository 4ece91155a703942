"""Which operations of a service need no sign-in, as its OpenAPI document declares them."""

import re
from collections.abc import Mapping
from typing import Any

_PARAMETER = re.compile(r"\\\{[^{}]+\\\}")
_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})


def _pattern(template: str) -> str:
    return _PARAMETER.sub("[^/]+", re.escape(template))


def _open_paths(document: Mapping[str, Any]) -> dict[str, list[str]]:
    default = document.get("security", [])
    found: dict[str, list[str]] = {}
    for template, operations in document.get("paths", {}).items():
        for method in _METHODS & operations.keys():
            if not operations[method].get("security", default):
                found.setdefault(method.upper(), []).append(_pattern(template))
    return found


class OpenRoutes:
    """Answers whether a request may pass without a token; built once per fetched document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._patterns = {
            method: re.compile("|".join(f"(?:{path})" for path in paths))
            for method, paths in _open_paths(document).items()
        }

    def admit(self, method: str, path: str) -> bool:
        pattern = self._patterns.get(method)
        return bool(pattern and pattern.fullmatch(path))
