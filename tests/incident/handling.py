"""Handling incidents over HTTP, with defaults."""

from datetime import timedelta

FEEDER = "switch-321"
"""A breaker that feeds 55 of the 147 loads."""


async def post(client, path, body, status=None, **headers):
    answer = await client.post(f"/v1/incidents{path}", json=body, headers=headers)
    assert status is None or answer.status_code == status, answer.text
    return answer.json()


async def get(client, path, **params):
    answer = await client.get(f"/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def opened(incident, client, device=FEEDER, **changes):
    incident.clock.advance(timedelta(days=1))
    return await post(client, "", {"device": device, "began_at": at(incident, 0)} | changes, 201)


def at(incident, minutes):
    """A time so many minutes after the clock's."""
    return (incident.clock.now() + timedelta(minutes=minutes)).isoformat()


async def finish(client, incident_id, **changes):
    await post(client, f"/{incident_id}/steps", {"rest": True} | changes, 201)
    return await post(client, f"/{incident_id}/closure", {"cause": "unknown"}, 200)
