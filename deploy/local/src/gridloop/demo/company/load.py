"""Loads the model company as its own people and systems would, each with the roles they need."""

import secrets
from collections.abc import Sequence
from typing import Any

from gridloop.demo.company import duties
from gridloop.demo.company.company import Company, SignIn
from gridloop.demo.content import read, text
from gridloop.demo.faults import DemoError
from gridloop.demo.gateway import Body, Gateway, chunks, each
from gridloop.demo.people import staff
from gridloop.demo.people.customers import Mix, population
from gridloop.demo.people.names import name_book

AT_A_TIME = 250
DUTIES_AT_A_TIME = 300
QUESTIONNAIRES = ("after_order", "after_outage", "follow_up")
SYSTEM = {"name": "Customer-service system", "roles": ["integrator"], "unit": "/city/"}


async def load(company: Company, gateway: Gateway) -> None:
    """Everything but the story."""
    content = read("demo/company")
    await _admit_system(company, gateway)
    await _load_organisation(company, content)
    await _open_accounts(company, gateway, content)
    await _load_catalogue(company)
    await _load_people(company)
    await _load_duties(company)
    await _set_pattern(company, content["pattern"])
    await _load_network(company, content["districts"])
    await _load_customers(company, content)
    await _load_questionnaires(company)


async def require_empty(company: Company) -> None:
    """Raises ``DemoError`` where a company is there already."""
    if (await company.operator.get("/v1/units", limit=1))["items"]:
        where = company.operator.gateway.url
        raise DemoError(f"The suite at {where} holds a company already: the demonstration needs an empty one.")


async def _admit_system(company: Company, gateway: Gateway) -> None:
    made = await company.operator.post("/v1/clients", SYSTEM)
    company.system = gateway.system(made["client_id"], made["client_secret"])


async def _load_organisation(company: Company, content: Body) -> None:
    with company.watcher.chapter("units", len(content["units"])) as tick:
        for unit in content["units"]:
            await company.system.post("/v1/units", {"path": unit["path"], "name_zh": unit["zh"], "name_en": unit["en"]})
            tick()


async def _open_accounts(company: Company, gateway: Gateway, content: Body) -> None:
    company.staff = _staff(company, content)
    with company.watcher.chapter("sign_ins", len(content["sign_ins"])) as tick:
        for username, wanted in content["sign_ins"].items():
            await _open_account(company, gateway, username, wanted)
            tick()


async def _open_account(company: Company, gateway: Gateway, username: str, wanted: Body) -> None:
    employee = staff.holder_of(company.staff, wanted["post"], wanted["of"]).employee if "post" in wanted else None
    known = SignIn(username, secrets.token_urlsafe(12), wanted["roles"], wanted["unit"], employee)
    account = vars(known) | {"name": f"{wanted['zh']} {wanted['en']}", "must_change_password": False}
    await company.operator.post("/v1/accounts", account)
    company.sign_ins.append(known)
    company.people[username] = gateway.person(known.username, known.password)


def _staff(company: Company, content: Body) -> list[staff.Holder]:
    places = staff.listed(content["posts"], list(content["districts"]))
    if company.scale["holders"] == "company":
        places = staff.whole_company(places, _posts_by_process(), _sizes("holders"))
    return staff.appointed(places, name_book(read("demo/names")), company.stream("staff"))


def _posts_by_process() -> dict[str, list[str]]:
    catalogue = read("catalogue/process_catalogue")
    return {main["code"]: [sub["post"] for sub in main["sub_processes"]] for main in catalogue["main_processes"]}


def _sizes(what: str) -> dict[str, int]:
    return {process: split[what] for process, split in read("demo/demo_company")["by_process"].items()}


async def _load_catalogue(company: Company) -> None:
    with company.watcher.chapter("catalogue"):
        catalogue = text("catalogue/process_catalogue.yaml")
        await company.system.send_file("/v1/processes/import", catalogue, "application/yaml")


async def _load_people(company: Company) -> None:
    """Employees need their units, posts come with the catalogue."""
    with company.watcher.chapter("people", len(company.staff)) as tick:
        await each(company.staff, lambda holder: _employ(company, holder), tick=tick)


async def _employ(company: Company, holder: staff.Holder) -> None:
    employee = {"name": holder.name, "unit": holder.unit}
    await company.system.put(f"/v1/employees/{holder.employee}", employee)
    appointment = {"employee": holder.employee, "post": holder.post, "unit": holder.unit}
    await company.system.post("/v1/holders", appointment)


async def _load_duties(company: Company) -> None:
    found = _duties(company)
    parts = chunks(found, DUTIES_AT_A_TIME)
    with company.watcher.chapter("duties", len(parts)) as tick:
        for part in parts:
            await company.people["leader"].post("/v1/duties/import", {"schema_version": 1, "duties": list(part)})
            tick()


async def _set_pattern(company: Company, texts: Body) -> None:
    """A larger company waits for more like cases before they are a pattern: dated data, set by its leader."""
    cases = company.scale["pattern_cases"]
    if cases is not None:
        since = company.weeks.at(1, "mon", "00:00").isoformat()
        rule = texts | {"kind": "internal", "amount": cases, "unit": "case", "valid_from": since}
        await company.people["leader"].put("/v1/promises/finding.pattern.cases", rule)


def _duties(company: Company) -> list[Body]:
    content = read("demo/duties")
    if company.scale["duties"] == "listed":
        return duties.listed(content)
    catalogue = read("catalogue/process_catalogue")
    sub_processes = [sub for main in catalogue["main_processes"] for sub in main["sub_processes"]]
    split = read("demo/demo_company")["duties_by_sub_process"]
    wanted = {code: number for process in split.values() for code, number in process.items()}
    return duties.whole_company(content, sub_processes, wanted)


async def _load_network(company: Company, districts: Body) -> None:
    breakers = [breaker for district in districts.values() for breaker in district["feeders"]]
    with company.watcher.chapter("network", len(breakers) + 1) as tick:
        await company.system.send_file(
            "/v1/network/imports",
            text("networks/mv_oberrhein.json"),
            "application/json",
            format="pandapower",
            name="mv_oberrhein",
            unit="/city/",
        )
        tick()
        for breaker in breakers:
            company.feeds[breaker] = (await company.system.get(f"/v1/network/devices/{breaker}"))["feeds"]
            tick()


async def _load_customers(company: Company, content: Body) -> None:
    company.customers = population(
        _places(company, content["districts"]),
        await _metered_users(company),
        company.scale["customers"],
        Mix(**content["mix"], segments=content["segments"]),
        name_book(read("demo/names")),
        company.stream("customers"),
    )
    parts = chunks(company.customers, AT_A_TIME)
    with company.watcher.chapter("customers", len(parts), count=len(company.customers)) as tick:
        await each(parts, lambda part: _push(company, part), at_once=2, tick=tick)


async def _metered_users(company: Company) -> set[str]:
    """Loads that are one customer metered at medium voltage."""
    loads = await company.system.all("/v1/network/devices", kind="load")
    return {load["code"] for load in loads if load["type"] == "mv_user"}


def _places(company: Company, districts: Body) -> dict[str, tuple[str, str]]:
    return {
        load: (district["unit"], district["area"])
        for district in districts.values()
        for breaker in district["feeders"]
        for load in company.feeds[breaker]
    }


async def _push(company: Company, part: Sequence[Any]) -> None:
    taken = await company.system.post("/v1/customers/import", {"items": [one.body() for one in part]})
    waiting = [one["account"] for one in taken["items"] if one["pending"]]
    if waiting:
        raise DemoError(f"{len(waiting)} customers were not taken by every service, the first is {waiting[0]}.")


async def _load_questionnaires(company: Company) -> None:
    """What customers need, and the campaigns that ask after an order, an outage and a closed case."""
    analyst = company.people["analyst"]
    await analyst.post("/v1/needs/import", read("needs/needs"))
    with company.watcher.chapter("questionnaires", len(QUESTIONNAIRES)) as tick:
        for code in QUESTIONNAIRES:
            definition = read(f"questionnaires/{code}")
            made = await analyst.post("/v1/questionnaires", {"code": code, "definition": definition})
            await analyst.post(f"/v1/questionnaires/{made['id']}/publish")
            campaign = await analyst.post("/v1/campaigns", read("demo/story")["campaigns"][code])
            await analyst.post(f"/v1/campaigns/{campaign['id']}/activate")
            tick()
