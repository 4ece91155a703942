"""The model company on a small scale, loaded through the routes that everybody uses."""

from pathlib import Path
from typing import Any

from kit.auth import Role
from tests.support.services import Service

ROOT = Path(__file__).parents[2]
CATALOGUE = (ROOT / "content" / "catalogue" / "process_catalogue.yaml").read_text(encoding="utf-8")
UNITS = ["/city/"] + [
    f"/city/{district}/{team}" for district in ("east", "west") for team in ("", "hall-1/", "reading/", "repair/")
]
# employee, unit, posts
PEOPLE = [
    ("E100", "/city/east/hall-1/", ["CSR", "CMGR"]),
    ("E200", "/city/east/reading/", ["READ"]),
    ("E201", "/city/east/reading/", ["TEAMLD"]),
    ("E300", "/city/east/", ["CALC", "CASH", "METINS", "CONTR", "INSP", "DEPTMG"]),
    ("E400", "/city/", ["AGENT", "COMPL", "OUTAGE"]),
    ("E500", "/city/", ["QUAL"]),
    ("E600", "/city/east/repair/", ["REPAIR"]),
    ("W200", "/city/west/reading/", ["READ"]),
]


def said(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def duty(code: str, post: str, sub_process: str, dimension: str = "gate", **change: Any) -> dict[str, Any]:
    """A duty with one checkpoint A1."""
    given: dict[str, Any] = {
        "code": code,
        "post": post,
        "sub_process": sub_process,
        "dimension": dimension,
        "text": said("核对示数", "compare the readings"),
        "criticality": 3,
        "drivers": ["billing_accuracy"],
        "checkpoints": [
            {
                "code": "A1",
                "look": said("表计照片与系统示数", "photo of the meter against the system"),
                "evidence": "photo",
                "passes": said("两者一致", "both are equal"),
            }
        ],
    }
    return given | change


DUTIES = [
    duty("RB-05-READ-G1", "READ", "RB-05"),
    duty("RB-05-READ-N1", "READ", "RB-05", "next"),
    duty("RB-09-CALC-G1", "CALC", "RB-09"),
]


async def expect(answer: Any, status: int = 200) -> Any:
    """The body of an answer that must have this status."""
    assert answer.status_code == status, f"{answer.request.method} {answer.request.url}: {answer.text}"
    return answer.json()


async def build(service: Service) -> None:
    admin = service.client(Role.ADMIN)
    headers = {"content-type": "application/yaml"}
    await expect(await admin.post("/v1/processes/import", content=CATALOGUE.encode(), headers=headers))
    for path in UNITS:
        name = path.strip("/")
        await expect(await admin.post("/v1/units", json={"path": path, "name_zh": name, "name_en": name}), 201)
    for number, unit, posts in PEOPLE:
        await expect(await admin.put(f"/v1/employees/{number}", json={"name": f"张{number}", "unit": unit}))
        for post in posts:
            held = {"employee": number, "post": post, "unit": unit}
            await expect(await admin.post("/v1/holders", json=held), 201)
    await expect(await admin.post("/v1/duties/import", json={"schema_version": 1, "duties": DUTIES}))
