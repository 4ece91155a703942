from pathlib import Path
from typing import Any

import pytest
import yaml

from kit.auth import Role
from tests.responsibility.company import expect
from tests.support.services import Service

FOLDER = Path(__file__).parents[3] / "content" / "calendars"
YEARS: dict[int, Any] = {int(path.stem): yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yaml"))}


def body(of: int, **change: Any) -> Any:
    return yaml.safe_load(yaml.safe_dump(YEARS[of])) | change


async def put(service: Service, year: int, given: Any) -> Any:
    import json

    headers = {"content-type": "application/json"}
    content = json.dumps(given, default=str)
    return await service.client(Role.ADMIN).put(f"/v1/calendars/{year}", content=content, headers=headers)


class TestCalendars:
    @pytest.mark.parametrize("year", YEARS)
    async def test_the_shipped_years_are_accepted(self, responsibility: Service, year: int) -> None:
        told = await expect(await put(responsibility, year, YEARS[year]))
        assert told["year"] == year

    async def test_of_2026_have_the_state_councils_days(self, responsibility: Service) -> None:
        year = await expect(await responsibility.client(Role.EMPLOYEE).get("/v1/calendars/2026"))
        assert len(year["holidays"]) == 3 + 9 + 3 + 5 + 3 + 3 + 7
        assert "2026-02-23" in year["holidays"]
        assert "2026-10-10" in year["made_up"]

    async def test_a_year_may_be_told_anew(self, responsibility: Service) -> None:
        await expect(await put(responsibility, 2025, body(2025, made_up=[])))
        assert (await expect(await responsibility.client(Role.EMPLOYEE).get("/v1/calendars/2025")))["made_up"] == []

    @pytest.mark.parametrize(
        "change",
        [
            {"made_up": ["2027-01-04"]},
            {"holidays": [{"zh": "x", "en": "x", "from": "2026-05-05", "to": "2026-05-01"}]},
            {"year": 2025},
        ],
    )
    async def test_what_cannot_be_is_refused(self, responsibility: Service, change: Any) -> None:
        await expect(await put(responsibility, 2026, body(2026, **change)), 422)

    async def test_a_year_that_nobody_told(self, responsibility: Service) -> None:
        assert (await responsibility.client(Role.EMPLOYEE).get("/v1/calendars/2040")).status_code == 404
