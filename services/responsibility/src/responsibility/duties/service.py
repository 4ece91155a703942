"""Duties from draft to published version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.errors import Conflict, Invalid, NotFound
from kit.ids import new_id
from responsibility.catalogue.service import sub_processes, version_in_force
from responsibility.duties.models import Duty, DutyCheckpoint, DutyVersion
from responsibility.duties.rules import Bilingual, Checkpoint, DutyText, unpublishable
from responsibility.duties.schemas import DutiesImported, DutiesIn, DutyIn, DutyOut, DutyVersionOut
from responsibility.organisation.models import Post
from responsibility.organisation.tree import within


class DutyNotFound(NotFound):
    code = "duty_not_found"


class DutyTaken(Conflict):
    code = "duty_taken"


class NoDraft(Conflict):
    code = "no_draft"


class NotPublishable(Invalid):
    code, title = "not_publishable", "This duty cannot be published"

    def __init__(self, faults: Iterable[tuple[str, str]], at: str = "") -> None:
        errors = [{"pointer": at + pointer, "detail": detail} for pointer, detail in faults]
        super().__init__(errors[0]["detail"], errors=errors)


class DutiesRefused(Invalid):
    code, title = "duties_refused", "The duties cannot be imported"


class DutyRow(BaseModel):
    """A duty as stored, for lists."""

    code: str


@dataclass(frozen=True)
class InForce:
    """A checkpoint that stages of its duty's post and sub-process are held to."""

    duty: str
    duty_version_id: UUID
    dimension: str
    code: str
    evidence: str


async def draft_duty(session: AsyncSession, body: DutyIn, *, context: Context) -> Duty:
    """A new duty with its first draft. Raises DutyTaken, and Invalid for what the catalogue does not know."""
    if await session.scalar(select(Duty).where(Duty.code == body.code)) is not None:
        raise DutyTaken(f"There is a duty '{body.code}' already; PUT its draft to change it.")
    faults = await _unknown(session, [body], context=context)
    if faults:
        raise Invalid(faults[0]["detail"], errors=faults)
    return await _new(session, body)


async def _unknown(session: AsyncSession, duties: list[DutyIn], *, context: Context) -> list[dict[str, str]]:
    version = await version_in_force(session, context.clock.now(), context=context)
    known = await sub_processes(session, version.version)
    posts = set(await session.scalars(select(Post.code)))
    found = []
    for index, duty in enumerate(duties):
        at = f"/duties/{index}" if len(duties) > 1 else ""
        if duty.sub_process not in known:
            found.append({"pointer": f"{at}/sub_process", "detail": f"There is no sub-process '{duty.sub_process}'."})
        if duty.post not in posts:
            found.append({"pointer": f"{at}/post", "detail": f"There is no post '{duty.post}'."})
    return found


async def _new(session: AsyncSession, body: DutyIn) -> Duty:
    duty = Duty(
        code=body.code,
        post=body.post,
        sub_process=body.sub_process,
        dimension=body.dimension,
        variant_of=body.variant_of,
    )
    session.add(duty)
    await session.flush()
    await _write_draft(session, duty, body)
    return duty


async def find_duty(session: AsyncSession, code: str, *, lock: bool = False) -> Duty:
    statement = select(Duty).where(Duty.code == code)
    duty = await session.scalar(statement.with_for_update() if lock else statement)
    if duty is None:
        raise DutyNotFound(f"There is no duty '{code}'.")
    return duty


async def redraft(session: AsyncSession, code: str, body: DutyText) -> Duty:
    """Puts a draft in place of the one there is; what is published stays until the draft is published."""
    duty = await find_duty(session, code, lock=True)
    await _write_draft(session, duty, body)
    return duty


async def _write_draft(session: AsyncSession, duty: Duty, body: DutyText) -> None:
    await _drop_drafts(session, [duty.id])
    newest = await session.scalar(select(func.max(DutyVersion.version)).where(DutyVersion.duty_id == duty.id))
    version = new_id()
    await session.execute(insert(DutyVersion), [_head(version, duty.id, (newest or 0) + 1, body)])
    rows = [_checkpoint(version, number, checkpoint) for number, checkpoint in enumerate(body.checkpoints)]
    if rows:
        await session.execute(insert(DutyCheckpoint), rows)


def _head(version: UUID, duty_id: UUID, number: int, text: DutyText) -> dict[str, Any]:
    return {
        "id": version,
        "duty_id": duty_id,
        "version": number,
        "state": "draft",
        "text_zh": text.text.zh,
        "text_en": text.text.en,
        "criticality": text.criticality,
        "drivers": list(text.drivers),
    }


def _checkpoint(version: UUID, position: int, checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "id": new_id(),
        "duty_version_id": version,
        "position": position,
        "code": checkpoint.code,
        "look_zh": checkpoint.look.zh,
        "look_en": checkpoint.look.en,
        "evidence": checkpoint.evidence,
        "passes_zh": checkpoint.passes.zh,
        "passes_en": checkpoint.passes.en,
    }


async def publish(session: AsyncSession, code: str, *, at: datetime) -> Duty:
    """Raises NoDraft, and NotPublishable with every reason."""
    duty = await find_duty(session, code, lock=True)
    draft = await _version(session, duty, "draft")
    if draft is None:
        raise NoDraft(f"Duty '{code}' has no draft: PUT /v1/duties/{code}/draft first.")
    faults = list(unpublishable(await _text(session, draft)))
    if faults:
        raise NotPublishable(faults)
    published = await _version(session, duty, "published")
    if published is not None:
        published.state = "superseded"
        await session.flush()
    draft.state, draft.published_at = "published", at
    await session.flush()
    return duty


async def import_duties(session: AsyncSession, body: DutiesIn, *, context: Context) -> DutiesImported:
    """All duties become published versions, or none; texts that are in force already stay as they are.

    In a handful of statements, however many there are: a transaction that writes for long holds up every relay.
    """
    codes = [duty.code for duty in body.duties]
    rows = await session.scalars(select(Duty).where(Duty.code.in_(codes)).order_by(Duty.code).with_for_update())
    present = {duty.code: duty for duty in rows}
    faults = [*import_faults(body, present), *await _unknown(session, body.duties, context=context)]
    if faults:
        raise DutiesRefused(f"The duties have {len(faults)} fault(s), and none was imported.", errors=faults)
    shown = {duty.code: duty.published for duty in await duties_out(session, list(present.values()))}
    changed = [duty for duty in body.duties if not _says(shown.get(duty.code), duty)]
    if changed:
        await _publish_all(session, changed, present, at=context.clock.now())
    return DutiesImported(published=len(changed), unchanged=len(body.duties) - len(changed))


def import_faults(body: DutiesIn, present: Mapping[str, Duty]) -> list[dict[str, str]]:
    """What is wrong with the duties themselves, and where one of that code belongs elsewhere already."""
    found, seen = [], set()
    for index, duty in enumerate(body.duties):
        at = f"/duties/{index}"
        if duty.code in seen:
            found.append({"pointer": f"{at}/code", "detail": f"'{duty.code}' was named before."})
        seen.add(duty.code)
        known = present.get(duty.code)
        if known and (known.post, known.sub_process, known.dimension) != (duty.post, duty.sub_process, duty.dimension):
            place = f"{known.post}, {known.sub_process} and {known.dimension}"
            found.append({"pointer": f"{at}/code", "detail": f"'{duty.code}' belongs to {place}; take a new code."})
        found += [{"pointer": f"{at}{pointer}", "detail": detail} for pointer, detail in unpublishable(duty)]
    return found


def _says(published: DutyText | None, wanted: DutyIn) -> bool:
    names = set(DutyText.model_fields)
    return published is not None and published.model_dump(include=names) == wanted.model_dump(include=names)


async def _publish_all(
    session: AsyncSession, changed: list[DutyIn], present: Mapping[str, Duty], *, at: datetime
) -> None:
    names = ("code", "post", "sub_process", "dimension", "variant_of")
    fresh = [{"id": new_id(), **{n: getattr(d, n) for n in names}} for d in changed if d.code not in present]
    if fresh:
        await session.execute(insert(Duty), fresh)
    ids = {code: duty.id for code, duty in present.items()} | {row["code"]: row["id"] for row in fresh}
    await _drop_drafts(session, [ids[duty.code] for duty in changed])
    versions = await _insert_versions(session, [(ids[duty.code], duty) for duty in changed])
    standing = update(DutyVersion).where(
        DutyVersion.duty_id.in_([ids[duty.code] for duty in changed]), DutyVersion.state == "published"
    )
    await session.execute(standing.values(state="superseded"))
    drafts = update(DutyVersion).where(DutyVersion.id.in_(versions))
    await session.execute(drafts.values(state="published", published_at=at))


async def _drop_drafts(session: AsyncSession, duties: list[UUID]) -> None:
    drafts = select(DutyVersion.id).where(DutyVersion.duty_id.in_(duties), DutyVersion.state == "draft")
    ids = list(await session.scalars(drafts))
    if ids:
        await session.execute(delete(DutyCheckpoint).where(DutyCheckpoint.duty_version_id.in_(ids)))
        await session.execute(delete(DutyVersion).where(DutyVersion.id.in_(ids)))


async def _insert_versions(session: AsyncSession, texts: list[tuple[UUID, DutyIn]]) -> list[UUID]:
    """Drafts with their checkpoints, numbered after the newest version of each duty; their ids."""
    newest = select(DutyVersion.duty_id, func.max(DutyVersion.version)).group_by(DutyVersion.duty_id)
    known = await session.execute(newest.where(DutyVersion.duty_id.in_([duty_id for duty_id, _ in texts])))
    numbers: dict[UUID, int] = {row[0]: row[1] for row in known}
    versions = [(new_id(), duty_id, text) for duty_id, text in texts]
    heads = [_head(v, duty_id, numbers.get(duty_id, 0) + 1, text) for v, duty_id, text in versions]
    await session.execute(insert(DutyVersion), heads)
    rows = [_checkpoint(v, n, c) for v, _, text in versions for n, c in enumerate(text.checkpoints)]
    await session.execute(insert(DutyCheckpoint), rows)
    return [version for version, _, _ in versions]


async def _version(session: AsyncSession, duty: Duty, state: str) -> DutyVersion | None:
    return await session.scalar(select(DutyVersion).where(DutyVersion.duty_id == duty.id, DutyVersion.state == state))


async def _checkpoint_rows(session: AsyncSession, versions: list[UUID]) -> list[DutyCheckpoint]:
    statement = select(DutyCheckpoint).where(DutyCheckpoint.duty_version_id.in_(versions))
    return list(await session.scalars(statement.order_by(DutyCheckpoint.duty_version_id, DutyCheckpoint.position)))


async def _text(session: AsyncSession, version: DutyVersion) -> DutyText:
    return _as_text(version, await _checkpoint_rows(session, [version.id]))


def _as_text(version: DutyVersion, rows: list[DutyCheckpoint]) -> DutyText:
    return DutyText.model_validate(
        {
            "text": Bilingual(zh=version.text_zh, en=version.text_en),
            "criticality": version.criticality,
            "drivers": version.drivers,
            "checkpoints": [
                {
                    "code": row.code,
                    "look": {"zh": row.look_zh, "en": row.look_en},
                    "evidence": row.evidence,
                    "passes": {"zh": row.passes_zh, "en": row.passes_en},
                }
                for row in rows
            ],
        }
    )


async def duty_out(session: AsyncSession, duty: Duty) -> DutyOut:
    return (await duties_out(session, [duty]))[0]


async def duties_out(session: AsyncSession, duties: list[Duty]) -> list[DutyOut]:
    """Each duty with what is published and what is drafted."""
    statement = select(DutyVersion).where(
        DutyVersion.duty_id.in_([duty.id for duty in duties]), DutyVersion.state != "superseded"
    )
    versions = list(await session.scalars(statement))
    rows = await _checkpoint_rows(session, [version.id for version in versions])
    shown = {(v.duty_id, v.state): _version_out(v, [r for r in rows if r.duty_version_id == v.id]) for v in versions}
    return [
        DutyOut.model_validate(
            {
                "id": duty.id,
                "code": duty.code,
                "post": duty.post,
                "sub_process": duty.sub_process,
                "dimension": duty.dimension,
                "variant_of": duty.variant_of,
                "published": shown.get((duty.id, "published")),
                "draft": shown.get((duty.id, "draft")),
            }
        )
        for duty in duties
    ]


def _version_out(version: DutyVersion, rows: list[DutyCheckpoint]) -> DutyVersionOut:
    text = _as_text(version, rows).model_dump()
    head = {"version": version.version, "state": version.state, "published_at": version.published_at}
    return DutyVersionOut.model_validate(text | head)


async def checkpoints_in_force(session: AsyncSession, sub_process: str, post: str, unit: str) -> list[InForce]:
    """What a stage of that unit is held to; a unit's own variant comes beside the general duties."""
    statement = (
        select(Duty, DutyVersion.id, DutyCheckpoint)
        .join(DutyVersion, DutyVersion.duty_id == Duty.id)
        .join(DutyCheckpoint, DutyCheckpoint.duty_version_id == DutyVersion.id)
        .where(Duty.sub_process == sub_process, Duty.post == post, DutyVersion.state == "published")
        .order_by(Duty.code, DutyCheckpoint.position)
    )
    return [
        InForce(duty.code, version, duty.dimension, f"{duty.code}:{checkpoint.code}", checkpoint.evidence)
        for duty, version, checkpoint in await session.execute(statement)
        if duty.variant_of is None or within(unit, duty.variant_of)
    ]
