"""What each service's NATS user may do.

A service publishes its own subjects only, makes its own streams but can neither change, purge nor delete any,
and reads every stream through consumers that carry its name. Subjects are those of JetStream's API
(https://docs.nats.io/reference/reference-protocols/nats_api_reference);
``*`` stands for a whole token, so streams and consumers are named in full.
"""

STREAMS = {
    "survey": ("survey", "survey-responses"),
    "incident": ("incident", "incident-interruptions"),
    "responsibility": ("responsibility",),
    "gateway": ("gateway",),
}
CLOCK_BUCKET = "demo"
CLOCK_WRITER = "gateway"


def permissions(service: str) -> dict[str, dict[str, list[str]]]:
    """Allow lists for publishing and subscribing, in the form of the server's configuration."""
    publish = [
        f"gridloop.{service}.>",
        f"wake.{service}",
        f"_INBOX_{service}.>",
        "$JS.API.INFO",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.INFO.*",
        "$JS.API.STREAM.MSG.GET.*",
        "$JS.API.DIRECT.GET.>",
        "$JS.FC.>",
        "$JS.ACK.>",
        *(f"$JS.API.STREAM.CREATE.{stream}" for stream in STREAMS[service]),
        *_consumers(service),
        *_clock(service),
    ]
    return {"publish": {"allow": publish}, "subscribe": {"allow": _subscriptions(service)}}


def _consumers(service: str) -> list[str]:
    api = "$JS.API.CONSUMER"
    return [
        f"{api}.CREATE.*",  # no name: the server makes one up, and forgets the idle consumer
        f"{api}.CREATE.*.{service}",
        f"{api}.CREATE.*.{service}.>",
        f"{api}.DURABLE.CREATE.*.{service}",
        f"{api}.INFO.*.{service}",
        f"{api}.DELETE.*.{service}",
        f"{api}.MSG.NEXT.*.{service}",
    ]


def _clock(service: str) -> list[str]:
    """Demonstration clock: one key-value bucket that the gateway writes and all watch."""
    stream = f"KV_{CLOCK_BUCKET}"
    reading = [f"$JS.API.CONSUMER.{verb}.{stream}.>" for verb in ("CREATE", "INFO", "DELETE")]
    if service != CLOCK_WRITER:
        return reading
    return [*reading, f"$JS.API.STREAM.CREATE.{stream}", f"$KV.{CLOCK_BUCKET}.>"]


def _subscriptions(service: str) -> list[str]:
    return [f"_INBOX_{service}.>", f"wake.{service}", "gridloop.>"]
