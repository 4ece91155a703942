"""Nested incidents: who stays out after a step because something else has failed too."""

from collections.abc import Collection, Mapping
from uuid import UUID

from incident.network.model import Network
from incident.network.switching import switched


def nested_loads(
    network: Network, state: Mapping[str, bool], still_out: Collection[str], devices: Mapping[UUID, str]
) -> dict[UUID, frozenset[str]]:
    """For each other incident, those of the loads still out that its device alone keeps out.

    ``state``: present states; ``devices``: the confirmed device of each other open incident.
    """
    found: dict[UUID, frozenset[str]] = {}
    left = frozenset(still_out)
    for incident_id, device in devices.items():
        if device in network.devices and left:
            kept_out = switched(network, state, {device: True}).back & left
            if kept_out:
                found[incident_id] = kept_out
                left -= kept_out
    return found
