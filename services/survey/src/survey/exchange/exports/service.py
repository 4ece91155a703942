"""Exports answers: read by keyset in chunks, written as they come, kept sealed until they are fetched or expire."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, false, func, null, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor, Role
from kit.context import Context
from kit.errors import Forbidden, NotFound
from kit.jobs import Job, Stopped, enqueue
from survey.anonymous.models import AnonymousResponse
from survey.contacts.models import Contact
from survey.exchange.exports import layout
from survey.exchange.exports.columns import Column, Given, Sheet, Value, sheet
from survey.exchange.exports.schemas import ExportIn, ExportResult
from survey.exchange.files import service as files
from survey.exchange.imports.service import actor_of
from survey.insights.models import ScoreRow
from survey.questionnaires.definition import Definition, Language
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.service import definition_of
from survey.responses.models import Response
from survey.responses.service import opened_words
from survey.settings import settings_of

CHUNK = 500
LARGEST = 64 * 1024**3
KINDS: tuple[Any, ...] = (Response, AnonymousResponse)
NAMED = (Role.AGENT, Role.MANAGER)
"""Who may read single answers with their words; see ``responses.endpoints``."""


class QuestionnaireNotFound(NotFound):
    code = "questionnaire_not_found"


class NotForAnalysts(Forbidden):
    code = "words_not_allowed"


@dataclass(frozen=True, slots=True)
class Version:
    id: UUID
    number: int
    definition: Definition


@dataclass(frozen=True, slots=True)
class Plan:
    """What an export comes to: ``drivers`` have a score each, after the fixed columns and before the answers."""

    given: ExportIn
    actor: Actor
    versions: Mapping[UUID, Version]
    drivers: list[str]
    sheet: Sheet
    fixed: list[Column]
    zone: ZoneInfo

    @property
    def columns(self) -> list[Column]:
        return [*self.fixed, *layout.scored(self.drivers, self.given.language), *self.sheet.columns]


async def start(session: AsyncSession, given: ExportIn, *, actor: Actor) -> UUID:
    """Enqueues the export; raises QuestionnaireNotFound, and NotForAnalysts where the actor may not read words."""
    if (given.words or given.accounts) and not actor.has(*NAMED):
        raise NotForAnalysts(
            "The customers' words and accounts are for those who read single answers (agent, manager); "
            "export without 'words' and 'accounts'."
        )
    await versions_of(session, given.questionnaire, given.versions)
    who = {"subject": actor.subject, "issuer": actor.issuer, "roles": sorted(actor.roles), "unit": actor.unit}
    payload = {"export": given.model_dump(mode="json"), "actor": who}
    return await enqueue(session, "responses.export", payload, actor=actor)


async def versions_of(session: AsyncSession, code: str, numbers: Sequence[int] | None) -> list[Version]:
    """Published and retired ones, oldest first; raises QuestionnaireNotFound where there is none."""
    wanted = select(Questionnaire.id, Questionnaire.version).where(
        Questionnaire.code == code, Questionnaire.state != "draft"
    )
    if numbers is not None:
        wanted = wanted.where(Questionnaire.version.in_(numbers))
    found = (await session.execute(wanted.order_by(Questionnaire.version))).all()
    if not found:
        raise QuestionnaireNotFound(f"No such version of a questionnaire '{code}' was published.")
    return [Version(row.id, row.version, await definition_of(session, row.id)) for row in found]


async def columns_of(session: AsyncSession, code: str, language: Language, *, context: Context) -> list[Column]:
    """All columns that an export with everything in it has."""
    given = ExportIn(questionnaire=code, language=language, words=True, accounts=True)
    return (await _plan(session, given, Actor("", frozenset()), context)).columns


async def run(job: Job, context: Context) -> dict[str, Any]:
    """Writes the file and keeps it; one whose worker died is begun anew."""
    actor = actor_of(job.payload)
    given = ExportIn.model_validate(job.payload["export"])
    async with job.database.reading() as session:
        plan = await _plan(session, given, actor, context)
        longest = await _longest_words(session, plan) if given.words else 0
        total = await _estimate(session, plan)
    columns = [_narrowed(column, longest) for column in plan.columns]
    with TemporaryFile() as file:
        rows = await _write(job, plan, columns, file, total, context)
        return await _keep(job, plan, file, rows, context)


async def _plan(session: AsyncSession, given: ExportIn, actor: Actor, context: Context) -> Plan:
    versions = await versions_of(session, given.questionnaire, given.versions)
    fixed = layout.fixed(given.language, accounts=given.accounts)
    drivers = sorted({driver for one in versions for driver in _drivers(one.definition)}) if given.scores else []
    taken = [column.name for column in (*fixed, *layout.scored(drivers, given.language))]
    told = [(one.id, one.number, one.definition) for one in versions]
    answers = sheet(told, given.language, words=given.words, taken=taken)
    return Plan(
        given,
        actor,
        {one.id: one for one in versions},
        drivers,
        answers,
        fixed,
        ZoneInfo(settings_of(context).time_zone),
    )


def _drivers(definition: Definition) -> list[str]:
    """Of the items and matrix rows that are scored."""
    asked = [part for item in definition.items for part in (item, *getattr(item, "rows", ()))]
    scored = any(getattr(item, "scoring", None) for item in definition.items)
    return [*{part.driver or "" for part in asked}] if scored else []


async def _longest_words(session: AsyncSession, plan: Plan) -> int:
    """A bound of the bytes of any text: what is sealed is longer than each text in it."""
    found = [
        await session.scalar(_bounded(select(func.max(func.octet_length(kind.words))), plan, kind)) for kind in KINDS
    ]
    return max(longest or 0 for longest in found)


async def _estimate(session: AsyncSession, plan: Plan) -> int:
    counts = [await session.scalar(_bounded(select(func.count()).select_from(kind), plan, kind)) for kind in KINDS]
    return sum(count or 0 for count in counts)


def _narrowed(column: Column, longest: int) -> Column:
    """SPSS lays out each text at its full width in every case."""
    if column.kind != "text" or column.longest <= layout.LONGEST_UNIT:
        return column
    width = max(1, min(column.longest, longest))
    return Column(column.name, column.kind, column.label, column.values, column.measure, width, column.decimals)


async def _write(job: Job, plan: Plan, columns: list[Column], file: IO[bytes], total: int, context: Context) -> int:
    at, zone = context.clock.now(), plan.zone
    title = f"{plan.given.questionnaire} {at.astimezone(zone).date().isoformat()}"
    out = layout.writer(plan.given.format, file, columns, title=title, at=at)
    rendering = Rendering(plan, context)
    done = 0
    for kind in KINDS:
        last: UUID | None = None
        while True:
            async with job.database.reading() as session:
                rows, scores = await _read_some(session, plan, kind, last, until=at)
            if not rows:
                break
            await asyncio.to_thread(rendering.write, rows, scores, out)
            done, last = done + len(rows), rows[-1].id
            if not await job.progress(min(95, 95 * done // max(total, 1))):
                raise Stopped(f"Stopped after {done} answers; no file was kept.")
    await asyncio.to_thread(out.close)
    return done


async def _read_some(
    session: AsyncSession, plan: Plan, kind: Any, last: UUID | None, *, until: datetime
) -> tuple[Sequence[Any], Mapping[UUID, Mapping[str, float]]]:
    wanted = _bounded(_row(plan) if kind is Response else _anonymous_row(), plan, kind)
    if kind is Response:
        wanted = wanted.where(Response.received_at <= until)
    if last is not None:
        wanted = wanted.where(kind.id > last)
    rows = (await session.execute(wanted.order_by(kind.id).limit(CHUNK))).all()
    scores: dict[UUID, dict[str, float]] = defaultdict(dict)
    if rows and plan.drivers:
        asked = select(ScoreRow.response_id, ScoreRow.driver, ScoreRow.value)
        for one in await session.execute(asked.where(ScoreRow.response_id.in_([row.id for row in rows]))):
            scores[one.response_id][one.driver] = one.value
    return rows, scores


def _row(plan: Plan) -> Select[Any]:
    columns: list[Any] = [
        Response.id, Response.questionnaire_id, Response.unit, Response.sub_process, Response.trigger,
        Response.occurred_at, Response.received_at, Response.language, Response.segment, Response.source,
        Response.answers, false().label("anonymous"),
    ]  # fmt: skip
    if not (plan.given.words or plan.given.accounts):
        return select(*columns)
    columns += [Response.words, Response.may_contact, Response.unit_may_know, Response.contact_id]
    columns += [Contact.account, Contact.data_key]
    return select(*columns).join(Contact, Contact.id == Response.contact_id, isouter=True)


def _anonymous_row() -> Select[Any]:
    """The same columns, where there is nobody to name and no time but a day."""
    own = AnonymousResponse
    lacking = [
        null().label(name) for name in ("received_at", "language", "source", "contact_id", "account", "data_key")
    ]
    never = [false().label(name) for name in ("may_contact", "unit_may_know")]
    return select(
        own.id, own.questionnaire_id, own.unit, own.sub_process, own.trigger, own.day.label("occurred_at"),
        own.segment, own.answers, own.words, true().label("anonymous"), *lacking, *never,
    )  # fmt: skip


def _bounded(statement: Select[Any], plan: Plan, kind: Any) -> Select[Any]:
    """What was asked for, and never more than the actor may see."""
    given, unit = plan.given, plan.actor.unit
    statement = statement.where(kind.questionnaire_id.in_(plan.versions))
    for path in {unit, given.unit or "/"} - {"/"}:
        statement = statement.where(kind.unit.startswith(path, autoescape=True))
    if given.sub_process is not None:
        statement = statement.where(kind.sub_process == given.sub_process)
    if kind is AnonymousResponse:
        return _within(statement, AnonymousResponse.day, given.period_from, given.period_to)
    after = given.period_to and given.period_to + timedelta(days=1)
    statement = statement.where(Response.complete)
    if given.period_from is not None:
        statement = statement.where(Response.occurred_at >= _beginning(given.period_from, plan.zone))
    return statement.where(Response.occurred_at < _beginning(after, plan.zone)) if after else statement


def _within(statement: Select[Any], day: Any, first: date | None, last: date | None) -> Select[Any]:
    statement = statement.where(day >= first) if first else statement
    return statement.where(day <= last) if last else statement


def _beginning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


class Rendering:
    """From rows to cells, in a thread: opening, reading and writing are work for the processor."""

    def __init__(self, plan: Plan, context: Context) -> None:
        self.plan, self.zone, self.context = plan, plan.zone, context
        self.named = plan.actor.has(*NAMED)

    def write(self, rows: Sequence[Any], scores: Mapping[UUID, Mapping[str, float]], out: layout.Writer) -> None:
        out.write(self._cells(row, scores.get(row.id, {})) for row in rows)

    def _cells(self, row: Any, scores: Mapping[str, float]) -> list[Value]:
        given = self.plan.given
        words = self._words(row) if given.words else {}
        fixed = [
            str(row.id)
            if self.named and not row.anonymous
            else self.context.keyring.hash(f"export|{row.id}").hex()[:32],
            self.plan.versions[row.questionnaire_id].number,
            row.unit,
            row.sub_process,
            row.trigger,
            self._day(row.occurred_at),
            self._day(row.received_at),
            row.language,
            row.segment,
            row.source,
            row.anonymous,
        ]
        if given.accounts:
            agreed = row.unit_may_know or (row.may_contact and self.plan.actor.has(Role.AGENT))
            fixed.append(row.account if agreed else None)
        scored = [scores.get(driver) for driver in self.plan.drivers]
        return [*fixed, *scored, *self.plan.sheet.cells(row.questionnaire_id, Given(row.answers, words))]

    def _day(self, at: datetime | date | None) -> date | None:
        return at.astimezone(self.zone).date() if isinstance(at, datetime) else at

    def _words(self, row: Any) -> Mapping[str, str]:
        owner = (row.contact_id, row.data_key) if row.contact_id else None
        return opened_words(row.id, row.words, owner, self.context)


async def _keep(job: Job, plan: Plan, file: IO[bytes], rows: int, context: Context) -> dict[str, Any]:
    file.seek(0)
    given = plan.given
    file_id = await files.store(
        job.database, _pieces(file), name=f"{given.questionnaire}.{given.format}",
        media_type=layout.MEDIA[given.format], limit=LARGEST, personal=given.words or given.accounts,
        actor=plan.actor, context=context,
    )  # fmt: skip
    async with job.database.reading() as session:
        kept = await files.find(session, file_id, actor=plan.actor, context=context)
    address = f"/v1/responses/exports/{file_id}/file"
    return ExportResult(file=address, rows=rows, size=kept.size, expires_at=kept.expires_at).model_dump(mode="json")


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, files.PIECE):
        yield piece
