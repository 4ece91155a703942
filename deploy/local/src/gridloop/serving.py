"""The one way in which a service is served, wherever it runs outside of containers."""

GRACE = "3"
KEEP_ALIVE = "75"  # longer than clients keep idle connections: who closes first must not be the server
PROTOCOL = "kit.http.protocol:Gathering"


def command(service: str, port: int) -> list[str]:
    """What ``python -m`` is told to serve it on this machine's own address."""
    where = [f"{service}.app:create_app", "--factory", "--host", "127.0.0.1", "--port", str(port)]
    patience = ["--timeout-graceful-shutdown", GRACE, "--timeout-keep-alive", KEEP_ALIVE]
    return ["uvicorn", *where, "--http", PROTOCOL, "--no-access-log", *patience]
