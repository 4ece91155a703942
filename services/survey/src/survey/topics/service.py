"""Opens customers' words for as long as it takes to group them, and again to show examples of a group."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Date

from kit import jobs
from kit.auth import Actor
from kit.context import Context
from kit.db import Database
from kit.encryption import CannotOpen
from kit.errors import NotFound
from survey.contacts.models import Contact
from survey.contacts.service import person
from survey.insights.models import OVERALL, ScoreRow
from survey.insights.service import unit_for
from survey.published.disclosure import SMALLEST_SHOWN
from survey.responses.models import Response
from survey.settings import settings_of
from survey.topics.coarse import stepped
from survey.topics.masking import masked
from survey.topics.models import TopicExample, TopicRun
from survey.topics.schemas import TopicsIn
from survey.topics.vocabulary import Language, language_of, names_in, terms

AT_ONCE = 500
MOST = 20_000
FEWEST = 30
SPARE = 3
LONGEST_EXAMPLE = 200


class TopicsNotFound(NotFound):
    code = "topics_not_found"


@dataclass(frozen=True, slots=True)
class Said:
    """One answer's words as terms; the words themselves are not kept."""

    response_id: UUID
    day: date
    language: Language
    terms: tuple[str, ...]


async def gather(database: Database, asked: TopicsIn, unit: str, context: Context) -> list[Said]:
    """The newest answers with words, at most 20 000, oldest first; those of erased customers are gone."""
    found: list[Said] = []
    last: tuple[datetime, UUID] | None = None
    while len(found) < MOST:
        async with database.reading() as session:
            rows = (await session.execute(_with_words(asked, unit, last, context).limit(AT_ONCE))).all()
        found += await asyncio.to_thread(_read, rows, context)
        if len(rows) < AT_ONCE:
            break
        last = (rows[-1].occurred_at, rows[-1].id)
    return found[::-1]


def digest_of(texts: Sequence[Said]) -> str:
    """SHA-256 over the terms of all texts."""
    plain = [[str(text.response_id), text.day.isoformat(), text.terms] for text in texts]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


def found_topics(texts: Sequence[Said], asked: TopicsIn) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Topics of each language, and how many texts are in none."""
    from survey.topics.grouping import grouped, topics_for

    topics: list[dict[str, Any]] = []
    left: dict[str, int] = {}
    for language in sorted({text.language for text in texts}):
        own = [text for text in texts if text.language == language]
        count = topics_for(len(own), asked.most_topics)
        groups, rest = grouped([text.terms for text in own], count, seed=asked.seed, smallest=SMALLEST_SHOWN)
        left[language] = len(rest)
        for group in groups:
            members = [own[at] for at in group.members]
            named = {"language": language, "terms": list(group.terms), "share": len(members) / len(own)}
            topics.append(named | _of(members))
    return topics, left


async def begin(session: AsyncSession, kind: str, asked: Any, *, actor: Actor) -> UUID:
    """A job that groups words of the unit asked for, as far as the actor sees it; raises ForeignUnit."""
    payload = {
        "asked": asked.model_dump(mode="json"),
        "unit": unit_for(actor, asked.unit),
        "requested_by": actor.subject,
    }
    return await jobs.enqueue(session, kind, payload, actor=actor)


async def store(session: AsyncSession, row: dict[str, Any], members: Sequence[Sequence[UUID]]) -> None:
    """Once per job; of each topic's members the first few, as some may not open any more when they are looked at."""
    await session.execute(insert(TopicRun).values(row).on_conflict_do_nothing())
    most = SPARE * int(row["parameters"]["examples"])
    examples = [
        {"run_id": row["id"], "topic": topic, "place": place, "response_id": member}
        for topic, some in enumerate(members)
        for place, member in enumerate(some[:most])
    ]
    if examples:
        await session.execute(insert(TopicExample).on_conflict_do_nothing(), examples)


async def find(session: AsyncSession, run_id: UUID, *, actor: Actor) -> TopicRun:
    """Raises TopicsNotFound, also for those of units that the actor does not see."""
    found: TopicRun | None = await session.scalar(actor.scope(select(TopicRun).where(TopicRun.id == run_id)))
    if found is None:
        raise TopicsNotFound(f"There is no grouping {run_id}.")
    return found


async def mean_scores(session: AsyncSession, members: Sequence[UUID]) -> float | None:
    """The mean overall score of these answers, in steps of what five can move it by; None under five of them."""
    wanted = select(func.count(), func.avg(ScoreRow.value)).where(
        ScoreRow.response_id == func.any(list(members)), ScoreRow.driver == OVERALL
    )
    n, mean = (await session.execute(wanted)).one()
    return stepped(float(mean), n) if n else None


async def examples(session: AsyncSession, run_id: UUID, topic: int, most: int, context: Context) -> list[str]:
    """Masked words of the first of the topic's answers that can still be opened."""
    mine = select(TopicExample.response_id).where(TopicExample.run_id == run_id, TopicExample.topic == topic)
    ids = (await session.scalars(mine.order_by(TopicExample.place))).all()
    wanted = _columns().where(Response.id.in_(ids))
    rows = {row.id: row for row in await session.execute(wanted)}
    found: list[str] = []
    for response_id in ids:
        row = rows.get(response_id)
        text = _opened(row, context) if row is not None else None
        if text and len(found) < most:
            names = names_in(text) | _own_name(row, context)
            found.append(masked(text, names=names)[:LONGEST_EXAMPLE])
    return found


def _of(members: Sequence[Said]) -> dict[str, Any]:
    months = Counter(text.day.replace(day=1) for text in members)
    return {
        "n": len(members),
        "members": [str(text.response_id) for text in members],
        "months": [[month.isoformat(), n if n >= SMALLEST_SHOWN else None] for month, n in sorted(months.items())],
    }


def _columns() -> Any:
    named = (Contact.id.label("contact_id"), Contact.data_key, Contact.name)
    return select(Response.id, Response.occurred_at, Response.words, *named).join(
        Contact, Contact.id == Response.contact_id
    )


def _with_words(asked: TopicsIn, unit: str, last: tuple[datetime, UUID] | None, context: Context) -> Any:
    day = cast(func.timezone(settings_of(context).time_zone, Response.occurred_at), Date)
    statement = (
        _columns()
        .add_columns(day.label("day"))
        .where(Response.complete, Response.words.is_not(None), func.starts_with(Response.unit, unit))
        .order_by(Response.occurred_at.desc(), Response.id.desc())
    )
    if asked.sub_process is not None:
        statement = statement.where(Response.sub_process == asked.sub_process)
    if asked.period_from is not None:
        statement = statement.where(day >= asked.period_from)
    if asked.period_to is not None:
        statement = statement.where(day <= asked.period_to)
    if last is not None:
        statement = statement.where(
            (Response.occurred_at < last[0]) | ((Response.occurred_at == last[0]) & (Response.id < last[1]))
        )
    return statement


def _read(rows: Sequence[Any], context: Context) -> list[Said]:
    found = []
    for row in rows:
        text = _opened(row, context)
        if text:
            language = language_of(text)
            found.append(Said(row.id, row.day, language, tuple(terms(text, language))))
    return found


def _opened(row: Any, context: Context) -> str | None:
    """None where the customer's key was destroyed."""
    if row.words is None or not row.data_key:
        return None
    try:
        words = json.loads(person(row.contact_id, row.data_key, context).open(row.id, row.words))
    except CannotOpen:
        return None
    return "\n".join(words.values())


def _own_name(row: Any, context: Context) -> frozenset[str]:
    if row.name is None:
        return frozenset()
    return frozenset({person(row.contact_id, row.data_key, context).open(row.contact_id, row.name)})
