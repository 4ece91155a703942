"""Duties from draft to published version."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.errors import Conflict, Invalid, NotFound
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


async def _write_draft(session: AsyncSession, duty: Duty, body: DutyText) -> DutyVersion:
    draft = await _version(session, duty, "draft")
    if draft is not None:
        for checkpoint in await _checkpoint_rows(session, [draft.id]):
            await session.delete(checkpoint)
        await session.delete(draft)
        await session.flush()
    newest = await session.scalar(select(func.max(DutyVersion.version)).where(DutyVersion.duty_id == duty.id))
    draft = DutyVersion(
        duty_id=duty.id,
        version=(newest or 0) + 1,
        state="draft",
        text_zh=body.text.zh,
        text_en=body.text.en,
        criticality=body.criticality,
        drivers=list(body.drivers),
    )
    session.add(draft)
    await session.flush()
    session.add_all(_row(draft, n, checkpoint) for n, checkpoint in enumerate(body.checkpoints))
    await session.flush()
    return draft


def _row(version: DutyVersion, position: int, checkpoint: Checkpoint) -> DutyCheckpoint:
    return DutyCheckpoint(
        duty_version_id=version.id,
        position=position,
        code=checkpoint.code,
        look_zh=checkpoint.look.zh,
        look_en=checkpoint.look.en,
        evidence=checkpoint.evidence,
        passes_zh=checkpoint.passes.zh,
        passes_en=checkpoint.passes.en,
    )


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
    """All duties become published versions, or none; texts that are in force already stay as they are."""
    faults = [*_doubles(body), *await _unknown(session, body.duties, context=context)]
    for index, duty in enumerate(body.duties):
        faults += [{"pointer": f"/duties/{index}{p}", "detail": d} for p, d in unpublishable(duty)]
    if faults:
        raise DutiesRefused(f"The duties have {len(faults)} fault(s), and none was imported.", errors=faults)
    changed = 0
    for duty in sorted(body.duties, key=lambda entry: entry.code):
        changed += await _import(session, duty, at=context.clock.now())
    return DutiesImported(published=changed, unchanged=len(body.duties) - changed)


def _doubles(body: DutiesIn) -> list[dict[str, str]]:
    codes = [duty.code for duty in body.duties]
    repeated = [n for n, code in enumerate(codes) if code in codes[:n]]
    return [{"pointer": f"/duties/{n}/code", "detail": f"'{codes[n]}' was named before."} for n in repeated]


async def _import(session: AsyncSession, body: DutyIn, *, at: datetime) -> bool:
    duty = await session.scalar(select(Duty).where(Duty.code == body.code).with_for_update())
    wanted = DutyText.model_validate(body.model_dump(include=set(DutyText.model_fields)))
    if duty is None:
        await _new(session, body)
    else:
        published = await _version(session, duty, "published")
        if published is not None and await _text(session, published) == wanted:
            return False
        await _write_draft(session, duty, wanted)
    await publish(session, body.code, at=at)
    return True


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
