"""Whether a new call belongs to an incident that is already known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from incident.network.topology import Topology
from incident.prediction.device import Prediction, Rules, predict
from incident.prediction.reasons import Reason

WINDOW = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Known:
    """An open incident: the loads of its calls, and those it is known or thought to put out.

    ``fixed``: a person has decided on it, so that no prediction moves its device."""

    incident_id: UUID
    fixed: bool
    last_call_at: datetime
    calls: tuple[str, ...]
    out: frozenset[str]


@dataclass(frozen=True, slots=True)
class Belongs:
    """``prediction`` is None where a person's decision stands and is not thought over."""

    incident_id: UUID
    prediction: Prediction | None
    reason: Reason


def incident_of(
    topology: Topology,
    load: str,
    called_at: datetime,
    known: Sequence[Known],
    customers: Mapping[str, int],
    rules: Rules | None = None,
) -> Belongs | None:
    """The incident this call belongs to: one that explains it already, else one that grows to explain it.

    An unconfirmed incident grows when its calls and this one lie within ``WINDOW`` of each other and one
    device that clears faults by itself explains them all.
    """
    rules = rules or Rules()
    for incident in known:
        if load in incident.out and incident.fixed:
            return Belongs(incident.incident_id, None, _explained(incident, load))
    for incident in known:
        if not incident.fixed and abs(called_at - incident.last_call_at) <= WINDOW:
            prediction = predict(topology, (*incident.calls, load), customers, rules)
            if load in incident.out or _grows(prediction):
                return Belongs(incident.incident_id, prediction, _joined(load, prediction))
    return None


def _grows(prediction: Prediction) -> bool:
    return prediction.device is not None and prediction.reasons[-1].code in {"clears_fault", "climbed"}


def _explained(incident: Known, load: str) -> Reason:
    sentence = f"{load} is among the {len(incident.out)} loads that this incident puts out."
    return Reason("explained", sentence, {"load": load})


def _joined(load: str, prediction: Prediction) -> Reason:
    sentence = f"The call at {load} and the earlier ones have one explanation: {prediction.device}."
    return Reason("joined", sentence, {"load": load, "device": prediction.device or ""})
