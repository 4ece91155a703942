"""All tables of the service, for its migrations."""

from incident.calls import models as calls
from incident.crews import models as crews
from incident.db import Base
from incident.disturbances import models as disturbances
from incident.incidents import models as incidents
from incident.interruptions import models as interruptions
from incident.network import models as network
from incident.response import models as response
from incident.restoration import models as restoration
from incident.supply_points import models as supply_points
from incident.timeline import models as timeline

__all__ = [
    "Base",
    "calls",
    "crews",
    "disturbances",
    "incidents",
    "interruptions",
    "network",
    "response",
    "restoration",
    "supply_points",
    "timeline",
]
