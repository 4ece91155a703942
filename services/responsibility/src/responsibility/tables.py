"""All of this service's tables, for its migrations: importing the models puts them into the metadata."""

from responsibility.actions import models as actions
from responsibility.calendars import models as calendars
from responsibility.cases import models as cases
from responsibility.catalogue import models as catalogue
from responsibility.db import Base
from responsibility.duties import models as duties
from responsibility.findings import models as findings
from responsibility.handovers import models as handovers
from responsibility.orders import models as orders
from responsibility.organisation import models as organisation
from responsibility.promises import models as promises
from responsibility.requests import models as requests
from responsibility.stages import models as stages

__all__ = [
    "Base",
    "actions",
    "calendars",
    "cases",
    "catalogue",
    "duties",
    "findings",
    "handovers",
    "orders",
    "organisation",
    "promises",
    "requests",
    "stages",
]
