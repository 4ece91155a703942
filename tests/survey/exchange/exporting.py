"""Exports as a client makes them: asked for, waited for, fetched."""

import csv
import io
from typing import Any

from kit.auth import Role
from tests.support.services import Service


class Exporting:
    def __init__(self, survey: Service) -> None:
        self.survey = survey

    async def ask(self, *roles: Role, unit: str = "/", subject: str = "tester", **asked: Any) -> Any:
        async with self.survey.client(*(roles or (Role.ANALYST,)), unit=unit, subject=subject) as client:
            return await client.post("/v1/responses/exports", json={"questionnaire": "after_order"} | asked)

    async def run(self, *roles: Role, unit: str = "/", subject: str = "tester", **asked: Any) -> Any:
        """The whole HTTP answer that carries the file."""
        begun = await self.ask(*roles, unit=unit, subject=subject, **asked)
        assert begun.status_code == 202, begun.text
        while await self.survey.runtime.jobs.run_next():
            pass
        async with self.survey.client(*(roles or (Role.ANALYST,)), unit=unit, subject=subject) as client:
            job = (await client.get(begun.headers["Location"])).json()
            assert job["state"] == "done", job
            return await client.get(job["result"]["file"])

    async def rows(self, *roles: Role, **asked: Any) -> list[dict[str, str]]:
        answer = await self.run(*roles, **asked)
        assert answer.status_code == 200
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
