"""Opens anonymous words for as long as it takes to group them, by whole blocks of five."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from kit.context import Context
from kit.db import Database
from kit.encryption import CannotOpen
from kit.telemetry.logs import logger
from survey.analyses.blocks import FIVE, Pending, alike, merged, without
from survey.analyses.service import PATIENCE, Members, keep
from survey.anonymous.models import AnonymousResponse
from survey.anonymous_topics.coarse import told, ungrouped
from survey.anonymous_topics.models import AnonymousMember
from survey.anonymous_topics.schemas import AnonymousTopicsIn
from survey.settings import settings_of
from survey.topics.service import AT_ONCE, MOST, Said, found_topics
from survey.topics.vocabulary import language_of, names_in, terms

log = logger("survey.anonymous_topics")
MEMBERS = Members(AnonymousMember.__table__)
PAGE = 20_000


async def assign(database: Database, context: Context) -> None:
    """Puts answers with words that were counted since into blocks of five alike; those left wait a week for others."""
    left = await _pending(database)
    blocks = alike(left)
    await keep(database, blocks, MEMBERS)
    today = context.clock.now().astimezone(ZoneInfo(settings_of(context).time_zone)).date()
    waited = [one for one in without(left, blocks) if one.day <= today - PATIENCE]
    await keep(database, merged(waited), MEMBERS)


async def _pending(database: Database) -> list[Pending]:
    row = AnonymousResponse
    known = select(AnonymousMember.response_id).where(AnonymousMember.response_id == row.id)
    wanted = select(row.id, row.day, row.unit, row.trigger, row.segment, row.sub_process).where(
        row.words.is_not(None), ~known.exists()
    )
    async with database.reading() as session:
        rows = await session.execute(wanted.order_by(row.id).limit(PAGE))
        return [Pending(*one[:5], known=False, items=(one.sub_process or "",)) for one in rows]


async def gather(database: Database, asked: AnonymousTopicsIn, unit: str, context: Context) -> list[Said]:
    """The newest answers with words, at most 20 000, whole blocks only."""
    found: list[tuple[UUID, Said]] = []
    last: tuple[date, UUID] | None = None
    while len(found) < MOST:
        async with database.reading() as session:
            rows = (await session.execute(_with_words(asked, unit, last).limit(AT_ONCE))).all()
        found += await asyncio.to_thread(_read, rows, context)
        if len(rows) < AT_ONCE:
            break
        last = (rows[-1].day, rows[-1].id)
    sizes = Counter(block for block, _ in found)
    return sorted((said for block, said in found if sizes[block] == FIVE), key=lambda said: said.response_id)


def topics_of(texts: Sequence[Said], asked: AnonymousTopicsIn) -> dict[str, Any]:
    """Topics and numbers as far as they may be told."""
    from survey.topics.schemas import TopicsIn

    found, left = found_topics(texts, TopicsIn(most_topics=asked.most_topics, seed=asked.seed))
    languages = Counter[str](text.language for text in texts)
    return {
        "topics": told(found, len(texts), lambda term: bool(names_in(term))),
        "ungrouped": ungrouped(left, languages),
    }


def _with_words(asked: AnonymousTopicsIn, unit: str, last: tuple[date, UUID] | None) -> Any:
    row = AnonymousResponse
    statement = (
        select(row.id, row.day, row.words, AnonymousMember.block)
        .join(AnonymousMember, AnonymousMember.response_id == row.id)
        .where(func.starts_with(row.unit, unit))
        .order_by(row.day.desc(), row.id.desc())
    )
    if asked.sub_process is not None:
        statement = statement.where(row.sub_process == asked.sub_process)
    if asked.period_from is not None:
        statement = statement.where(row.day >= asked.period_from)
    if asked.period_to is not None:
        statement = statement.where(row.day <= asked.period_to)
    if last is not None:
        statement = statement.where((row.day < last[0]) | ((row.day == last[0]) & (row.id < last[1])))
    return statement


def _read(rows: Sequence[Any], context: Context) -> list[tuple[UUID, Said]]:
    found = []
    for row in rows:
        try:
            text = "\n".join(json.loads(context.keyring.open(row.id, row.words)).values())
        except CannotOpen:
            log.warning("anonymous words do not open: their block is left out")
            continue
        language = language_of(text)
        found.append((row.block, Said(row.id, row.day, language, tuple(terms(text, language)))))
    return found
