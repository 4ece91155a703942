"""What duties say and are told over HTTP and in the files of ``content/duties``."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from responsibility.duties.models import VersionState
from responsibility.duties.rules import Checkpoint, Dimension, DutyText
from responsibility.organisation.schemas import Body, Path, PostCode

DutyCode = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{2,59}$", examples=["RB-05-READ-G1"])]
SubProcessCode = Annotated[str, Field(pattern=r"^[A-Z]{2}-\d{2}$", examples=["RB-05"])]


class DutyIn(DutyText):
    """A new duty with its first draft."""

    code: DutyCode
    post: PostCode
    sub_process: SubProcessCode
    dimension: Dimension
    variant_of: Path | None = None


class DutiesIn(Body):
    """The files of ``content/duties`` have this form; each duty becomes a published version."""

    schema_version: Annotated[int, Field(ge=1, le=1)]
    duties: list[DutyIn] = Field(min_length=1, max_length=3000)


class DutiesImported(BaseModel):
    """``unchanged``: those whose published text is the very same already."""

    published: int
    unchanged: int


class DutyVersionOut(DutyText):
    version: int
    state: VersionState
    published_at: datetime | None


class DutyOut(BaseModel):
    id: UUID
    code: str
    post: str
    sub_process: str
    dimension: Dimension
    variant_of: str | None
    published: DutyVersionOut | None
    draft: DutyVersionOut | None


__all__ = ["Checkpoint", "DutiesImported", "DutiesIn", "DutyIn", "DutyOut", "DutyText", "DutyVersionOut"]
