"""Writes scores and rollups with the answers they come from, and answers from the rollups alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Date

from kit.auth import Actor
from kit.db.rows import INSERT, RowsStatement, run_rows
from kit.errors import Invalid
from survey.insights.grid import Fact, cells, teams_of
from survey.insights.models import OVERALL, Rollup, ScoreRow
from survey.insights.schemas import Dimension

MOST_CELLS = 1000
ADDED = ("n", "total", "squares", "favourable", "unfavourable")


KEY = tuple(column.name for column in Rollup.__table__.primary_key)
NEW_SCORES = RowsStatement(ScoreRow.__table__, [column.name for column in ScoreRow.__table__.columns])
ADDITIONS = RowsStatement(
    Rollup.__table__,
    KEY + ADDED,
    f"{INSERT} ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET "
    + ", ".join(f"{name} = rollup.{name} + excluded.{name}" for name in ADDED),
)


class TooManyCells(Invalid):
    code, title = "too_many_cells", "The question has too many cells"


@dataclass(frozen=True, slots=True)
class Question:
    """Bounds and dimensions of an answer from the grid; None bounds nothing. ``trigger`` None: all service."""

    group_by: Sequence[Dimension]
    period_from: date | None = None
    period_to: date | None = None
    sub_process: str | None = None
    driver: str | None = None
    unit: str | None = None
    trigger: str | None = None


async def store_scores(session: AsyncSession, facts: Sequence[Fact]) -> None:
    """One row per scored item, in the order of the keys."""
    rows = [
        {
            "response_id": fact.response_id,
            "driver": score.driver or OVERALL,
            "unit": fact.unit,
            "sub_process": score.sub_process,
            "teams": json.dumps(teams_of(fact, score)),
            "trigger": fact.trigger,
            "occurred_at": fact.occurred_at,
            "value": score.value,
        }
        for fact in sorted(facts, key=lambda fact: fact.response_id)
        for score in fact.scores
    ]
    if rows:
        await run_rows(session, NEW_SCORES, rows)


async def add_up(session: AsyncSession, facts: Sequence[Fact], zone: ZoneInfo) -> None:
    """Adds to the rollups in the order of their keys, so that no two transactions wait for each other.

    Call it last: these rows are the hot ones.
    """
    rows = [key._asdict() | {name: getattr(cell, name) for name in ADDED} for key, cell in cells(facts, zone)]
    if rows:
        await run_rows(session, ADDITIONS, rows)


async def answer(session: AsyncSession, question: Question, *, actor: Actor) -> Sequence[Any]:
    """Rows of the dimensions asked for with sums of both measures: ``n``, ``total``, ... and ``nps_n``, ...

    Raises TooManyCells above a thousand.
    """
    dimensions = [_dimension(name) for name in question.group_by]
    statement = actor.scope(select(Rollup.unit.label("_scope")))
    statement = _bounded(statement, question).with_only_columns(*dimensions, *_sums(question))
    if dimensions:
        statement = statement.group_by(*dimensions).order_by(*dimensions)
    rows: Sequence[Any] = (await session.execute(statement.limit(MOST_CELLS + 1))).all()
    if len(rows) > MOST_CELLS:
        raise TooManyCells(f"More than {MOST_CELLS} cells: narrow the period or group by fewer dimensions.")
    return rows


def _bounded(statement: Select[Any], question: Question) -> Select[Any]:
    if question.period_from is not None:
        statement = statement.where(Rollup.day >= question.period_from)
    if question.period_to is not None:
        statement = statement.where(Rollup.day <= question.period_to)
    if question.sub_process is not None:
        statement = statement.where(Rollup.sub_process == question.sub_process)
    if question.unit is not None:
        statement = statement.where(Rollup.unit.startswith(question.unit, autoescape=True))
    if question.trigger is not None:
        return statement.where(Rollup.trigger == question.trigger)
    return statement.where(Rollup.trigger != "case_closed")


def _sums(question: Question) -> list[ColumnElement[Any]]:
    """Without a driver named or grouped by, the overall score speaks: so that n counts respondents."""
    score = Rollup.measure == "score"
    if "driver" not in question.group_by:
        score &= Rollup.driver == (question.driver or OVERALL)
    elif question.driver is not None:
        score &= Rollup.driver == question.driver
    sums = [_sum(name, score).label(name) for name in ADDED]
    return sums + [_sum(name, Rollup.measure == "nps").label(f"nps_{name}") for name in ADDED]


def _sum(name: str, condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((condition, getattr(Rollup, name)), else_=0)), 0)


def _dimension(name: Dimension) -> ColumnElement[Any]:
    if name in {"week", "month"}:
        return cast(func.date_trunc(name, Rollup.day), Date).label(name)
    return getattr(Rollup, name).label(name)  # type: ignore[no-any-return]
