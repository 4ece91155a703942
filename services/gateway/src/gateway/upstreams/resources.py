"""Which service answers for which resource: the suite's ``/v1`` is cut by resource, never by service."""

from collections.abc import Mapping
from types import MappingProxyType

RESOURCES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "survey": frozenset(
            {
                "needs", "questionnaires", "campaigns", "contacts",
                "invitations", "responses", "insights", "topics",
            }
        ),
        "incident": frozenset(
            {
                "network", "trouble-calls", "incidents", "crews", "materials", "emergency-plans",
                "planned-outages", "assurances", "important-customers", "reliability", "notices", "status",
            }
        ),
        "responsibility": frozenset(
            {
                "units", "employees", "calendars", "processes", "routes", "posts", "holders", "standards",
                "duties", "unclear-items", "sheets", "confirmations", "orders", "handovers",
                "coordination-orders", "requests", "cases", "findings", "actions", "practices",
                "review-cycles", "ratings", "appeals", "spot-checks", "audits", "targets", "meetings",
                "reports", "promises", "journal",
            }
        ),
        "gateway": frozenset(
            {
                "auth", "accounts", "clients", "customers", "operations", "quality", "demo",
                "search", "stream", "webhooks", "jobs", "privacy",
            }
        ),
    }
)  # fmt: skip

_OWNERS = MappingProxyType({resource: service for service, owned in RESOURCES.items() for resource in owned})


def _is_doubtful(segment: str) -> bool:
    return segment in {"", ".", ".."} or "\\" in segment


def resource_of(path: str) -> str | None:
    """``/v1/orders/7/stages`` -> ``orders``; None where the path is no resource of ``/v1``.

    Dot segments and empty segments are refused, because clients, proxies and services resolve them
    differently: what was checked here would not be what is asked there.
    """
    match path.removesuffix("/").split("/"):
        case ["", "v1", resource, *rest] if not any(_is_doubtful(part) for part in (resource, *rest)):
            return resource
    return None


def owner_of(resource: str) -> str | None:
    """The service that answers for the resource, or None where no service does."""
    return _OWNERS.get(resource)
