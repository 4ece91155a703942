"""What is measured: served as OpenMetrics at /metrics."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

MEDIA_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """One registry per app, so that several apps can live in one process (tests do)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "gridloop_http_request_seconds",
            "Time from the request's first byte to the response's last",
            ["method", "route", "status"],
            registry=self.registry,
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self.published = Counter(
            "gridloop_events_published", "Events acknowledged by the broker", ["stream"], registry=self.registry
        )
        self.unpublished = Gauge(
            "gridloop_events_unpublished",
            "Events sequenced and not yet acknowledged",
            ["stream"],
            registry=self.registry,
        )
        self.consumed = Counter(
            "gridloop_events_consumed",
            "Events that had their effect here",
            ["publisher", "stream"],
            registry=self.registry,
        )
        self.recovered = Counter(
            "gridloop_events_recovered",
            "Events fetched from the publisher's feed, because the broker did not deliver them",
            ["publisher", "stream"],
            registry=self.registry,
        )
        self.parked = Counter(
            "gridloop_events_parked",
            "Events put aside as dead letters",
            ["publisher", "stream"],
            registry=self.registry,
        )
        self.unclear_reports = Counter(
            "gridloop_delivery_reports_not_understood",
            "Reports of the mail system about e-mails of this service that nobody here understands",
            registry=self.registry,
        )
        self.timers = Counter("gridloop_timers_fired", "Timers that came due", ["kind"], registry=self.registry)

    def exposition(self) -> bytes:
        return bytes(generate_latest(self.registry))  # type: ignore[no-untyped-call]
