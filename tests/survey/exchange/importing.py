"""Imports as a client makes them: the file goes up, the job is waited for."""

import io
from typing import Any

import xlsxwriter

from kit.auth import Role
from tests.support.services import Service


class Importing:
    def __init__(self, survey: Service) -> None:
        self.survey = survey

    async def send(self, content: bytes, *, kind: str = "contacts", unit: str = "/", **options: Any) -> Any:
        async with self.survey.client(Role.INTEGRATOR, unit=unit) as client:
            return await client.post(
                f"/v1/{kind}/imports", content=content, params=options, headers={"Content-Type": "text/csv"}
            )

    async def run(self, content: bytes | str, *, kind: str = "contacts", unit: str = "/", **options: Any) -> Any:
        """The finished job's result."""
        content = content.encode() if isinstance(content, str) else content
        begun = await self.send(content, kind=kind, unit=unit, **options)
        assert begun.status_code == 202, begun.text
        await self.jobs()
        async with self.survey.client(Role.INTEGRATOR) as client:
            job = (await client.get(begun.headers["Location"])).json()
        assert job["state"] == "done", job
        return job["result"]

    async def jobs(self) -> None:
        while await self.survey.runtime.jobs.run_next():
            pass

    async def contact(self, account: str) -> Any:
        async with self.survey.client(Role.AGENT) as client:
            answer = await client.get(f"/v1/contacts/{account}")
        return answer.json() if answer.status_code == 200 else None


def workbook(*rows: list[Any], formulas: dict[tuple[int, int], str] | None = None) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        text = book.add_format({"num_format": "@"})
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, place, value, text)
                elif value is not None:
                    sheet.write(number, place, value)
        for (number, place), formula in (formulas or {}).items():
            sheet.write_formula(number, place, formula, value="3100000077")
    return file.getvalue()


def places(result: Any) -> list[tuple[int, str]]:
    """Where the faults are."""
    return [(fault["row"], fault["column"]) for fault in result["faults"]]
