"""Many customers' keys in one request: each outcome at its place."""

from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import event

from kit.auth import Role
from survey.invitations.schemas import MOST_LINKS
from tests.survey.asking import HALL

HERE = "/city/east/"


async def invited(asking, number):
    """Ids of as many new invitations."""
    found = []
    for _ in range(number):
        (issued,) = await asking.asked(await asking.serve(await asking.contact()))
        found.append(issued["subject"])
    return found


async def links(survey, wanted, *, status=200, unit="/"):
    async with survey.client(Role.INTEGRATOR, unit=unit) as sender:
        answer = await sender.post("/v1/invitations/links", json={"invitations": wanted})
    assert answer.status_code == status, answer.text
    return answer.json()


async def one_by_one(survey, wanted):
    async with survey.client(Role.INTEGRATOR) as sender:
        return [(await sender.post(f"/v1/invitations/{one}/link")).json() for one in wanted]


@contextmanager
def counted(survey):
    """The statements that the service sends meanwhile."""
    said = []

    def note(connection, cursor, statement, *rest):
        said.append(statement)

    engine = survey.runtime.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_each_key_is_the_one_that_the_single_route_gives(survey, asking):
    wanted = await invited(asking, 3)
    given = await links(survey, [*reversed(wanted), wanted[0]])
    assert [one["status"] for one in given["items"]] == [200] * 4
    assert [one["link"] for one in given["items"]] == await one_by_one(survey, [*reversed(wanted), wanted[0]])


async def test_a_code_opens_though_its_link_was_never_asked_for_alone(survey, asking):
    wanted = await invited(asking, 2)
    for one in (await links(survey, wanted))["items"]:
        async with survey.client() as phone:
            opened = await phone.post("/v1/invitations/open", json={"invitation": one["link"]["code"]})
        assert opened.json()["token"] == one["link"]["token"]


async def test_one_that_is_not_there_is_a_problem_at_its_place(survey, asking):
    (known,), unknown = await invited(asking, 1), str(uuid4())
    first, second = (await links(survey, [unknown, known]))["items"]
    assert (first["status"], first["link"]) == (404, None)
    assert first["problem"]["type"] == "urn:gridloop:problem:invitation_not_found"
    assert unknown in first["problem"]["detail"]
    assert second["link"]["invitation_id"] == known


async def test_an_invitation_of_another_unit_is_not_there(survey, asking):
    assert HALL.startswith(HERE)
    wanted = await invited(asking, 1)
    assert [one["status"] for one in (await links(survey, wanted, unit=HERE))["items"]] == [200]
    (foreign,) = (await links(survey, wanted, unit="/city/west/"))["items"]
    assert (foreign["status"], foreign["link"]) == (404, None)


async def test_many_cost_as_many_statements_as_one(survey, asking):
    wanted = await invited(asking, 4)
    said = []
    for some in (wanted[:1], wanted):
        with counted(survey) as statements:
            await links(survey, some)
        said.append(len(statements))
    assert 0 < said[0] == said[1]


@pytest.mark.parametrize("wanted", [[], ["no id"], [str(uuid4())] * (MOST_LINKS + 1)])
async def test_no_number_or_too_many_are_refused(survey, wanted):
    assert (await links(survey, wanted, status=422))["errors"][0]["pointer"].startswith("/invitations")
