"""``/v1/contacts/rewrap``: after the keyring got a new key."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from kit import jobs
from kit.auth import Actor, Role, allow
from kit.db import WriteSession

router = APIRouter(prefix="/v1/contacts", tags=["contacts"])

Administrator = Annotated[Actor, Depends(allow(Role.ADMIN))]


class RewrapStarted(BaseModel):
    job: UUID


@router.post("/rewrap", status_code=202)
async def rewrap_keys(session: WriteSession, actor: Administrator, response: Response) -> RewrapStarted:
    """Wraps every data key under the keyring's present key; the job's result says which keys nothing needs then."""
    job_id = await jobs.enqueue(session, "contacts.rewrap", {}, actor=actor)
    response.headers["Location"] = f"/v1/contacts/jobs/{job_id}"
    return RewrapStarted(job=job_id)
