"""Actions: planned for a post, done with evidence, late when their day passed."""

from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor, Role
from kit.context import Context
from kit.contracts.responsibility import ActionDone
from kit.errors import Conflict, Forbidden, NotFound
from kit.events.log import emit
from kit.ids import new_id
from kit.timers import cancel, schedule
from responsibility.actions.models import Action, ActionKind, ActionState
from responsibility.actions.schemas import ActionDoneIn, ActionIn, ActionOut
from responsibility.orders.service import require_time
from responsibility.organisation.service import answering_at, require_employee, require_post, require_unit, team_for

ACTION_DUE = "action.due"
LEADING = (Role.MANAGER, Role.UNIT_HEAD, Role.LEADER)


class ActionNotFound(NotFound):
    code = "action_not_found"


class NotYourAction(Forbidden):
    code, title = "not_your_action", "Another post's action"


class ActionOver(Conflict):
    code = "action_over"


class SealedAction(BaseModel):
    """An action as stored, for lists: the task is opened afterwards."""

    id: UUID
    finding_id: UUID
    unit: str
    kind: ActionKind
    post: str
    employee: str | None
    task: bytes
    state: ActionState
    due_at: datetime
    late: bool
    started_at: datetime | None
    done_at: datetime | None
    done_by: str | None
    evidence: str | None


async def plan_action(
    session: AsyncSession, finding_id: UUID, unit: str, body: ActionIn, *, number: int, context: Context
) -> Action:
    """``unit`` is where the finding lies; ``number`` counts its reopenings."""
    now = context.clock.now()
    await require_post(session, body.post)
    if body.employee is not None:
        await require_employee(session, body.employee)
    if body.unit is not None:
        await require_unit(session, body.unit, now)
    identity = new_id()
    action = Action(
        id=identity,
        finding_id=finding_id,
        unit=body.unit or await team_for(session, body.post, unit, now),
        kind=body.kind,
        post=body.post,
        employee=body.employee,
        task=context.keyring.seal(identity, body.task),
        round=number,
        due_at=body.due_at,
    )
    session.add(action)
    await session.flush()
    await schedule(session, ACTION_DUE, subject=str(action.id), due=action.due_at)
    return action


async def find_action(session: AsyncSession, action_id: UUID, *, actor: Actor, lock: bool = False) -> Action:
    statement = actor.scope(select(Action).where(Action.id == action_id))
    action: Action | None = await session.scalar(statement.with_for_update() if lock else statement)
    if action is None:
        raise ActionNotFound(f"There is no action {action_id} in your unit.")
    return action


async def require_owner(session: AsyncSession, action: Action, *, context: Context, actor: Actor) -> None:
    """The employee named, a holder of the post, or who leads them. Raises NotYourAction."""
    if actor.has(*LEADING):
        return
    if actor.employee is None or action.employee not in (None, actor.employee):
        _refuse(action)
    held = await answering_at(session, context.clock.now(), post=action.post, employee=actor.employee)
    if action.employee is None and action.unit not in {holding.unit for holding in held}:
        _refuse(action)


def _refuse(action: Action) -> NoReturn:
    owner = action.employee or f"{action.post} in {action.unit}"
    raise NotYourAction(f"This action is owned by {owner}.")


async def finish_action(
    session: AsyncSession,
    action: Action,
    body: ActionDoneIn,
    *,
    earliest: datetime,
    by: str,
    context: Context,
    correlation: str | None,
) -> None:
    """With its evidence. ``started_at`` is by default when it was done."""
    done = body.done_at or context.clock.now()
    if action.state == "done":
        if action.done_at == done:
            return
        raise ActionOver("The action is done already.")
    started = body.started_at or done
    require_time(started, earliest=earliest, context=context)
    require_time(done, earliest=started, context=context)
    action.state, action.started_at, action.done_at = "done", started, done
    action.done_by, action.evidence, action.late = by, body.evidence, done > action.due_at
    await cancel(session, ACTION_DUE, subject=str(action.id))
    await session.flush()
    told = ActionDone(
        action_id=action.id, finding_id=action.finding_id, kind=action.kind, post=action.post, done_at=done
    )
    emit(session, told, subject=str(action.finding_id), unit=action.unit, correlation=correlation)


async def actions_of(session: AsyncSession, finding_id: UUID) -> list[Action]:
    statement = select(Action).where(Action.finding_id == finding_id)
    return list(await session.scalars(statement.order_by(Action.round, Action.due_at, Action.id)))


def action_out(action: Action | SealedAction, context: Context) -> ActionOut:
    shown = {name: getattr(action, name) for name in ActionOut.model_fields if name != "task"}
    return ActionOut(task=context.keyring.open(action.id, action.task), **shown)


def actions_out(actions: Sequence[Action], context: Context) -> list[ActionOut]:
    return [action_out(action, context) for action in actions]
