"""Runs the suite: engines, migrations, services; restarts what dies, stops all in order.

    with Suite(Path("/tmp/somewhere"), demo_clock=True) as suite:
        httpx.get(f"{suite.url}/health/ready")             # the gateway
        suite.service_url("survey"), suite.environment("survey"), suite.engines.admin_url("survey")
        suite.kill("survey"); suite.wait_ready("survey")   # also "postgres", "nats"
        suite.hold("nats"); suite.release("nats")          # down until released

``Suite`` runs a ``Supervisor`` (asyncio) in a thread of its own, so any caller may use it.
``services=()`` gives the engines alone, supervised. ``gridloop.engines.scratch_folder`` makes a data folder that
the engines' user can enter, also for root.
"""

from gridloop.supervisor.child import Child
from gridloop.supervisor.suite import Suite
from gridloop.supervisor.supervisor import Supervisor

__all__ = ["Child", "Suite", "Supervisor"]
