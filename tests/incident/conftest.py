"""The shipped network with customers on it, for the modules that use them."""

from pathlib import Path

import pytest

from kit.auth import Role

SHIPPED = (Path(__file__).parents[2] / "content" / "networks" / "mv_oberrhein.json").read_bytes()


@pytest.fixture(scope="module")
async def company(incident):
    """Ten customers on each load: loads below 70 in the east, the others in the west; a crew in each."""
    async with incident.client(Role.INTEGRATOR, Role.DISPATCHER, Role.OPERATOR) as client:
        query = {"format": "pandapower", "unit": "/city/"}
        headers = {"Content-Type": "application/json"}
        await client.post("/v1/network/imports", params=query, content=SHIPPED, headers=headers)
        loads = (await client.get("/v1/network/devices", params={"kind": "load", "limit": 200})).json()["items"]
        items = [point(load["code"], i) for load in loads for i in range(10)]
        for start in range(0, len(items), 1000):
            sent = {"items": items[start : start + 1000]}
            assert (await client.post("/v1/network/supply-points", json=sent)).status_code == 200
        for side in ("east", "west"):
            crew = {"unit": f"/city/{side}/repair/", "name_zh": "抢修一班", "name_en": "Repair one"}
            assert (await client.put(f"/v1/crews/{side.upper()}-1", json=crew)).status_code == 201


def point(load, i):
    number = int(load.removeprefix("load-"))
    unit = f"/city/{'east' if number < 70 else 'west'}/hall-1/"
    account = f"31{number:04d}{i:04d}"
    return {"account": account, "source_version": 1, "unit": unit, "load": load, "area": "city"}


@pytest.fixture
def dispatcher(incident):
    return incident.client(Role.DISPATCHER, unit="/city/", employee="E0001")
