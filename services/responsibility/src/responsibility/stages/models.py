"""What stages are held to: checkpoints with their results, and attestations for hard gates."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id
from responsibility.db import Base, one_of
from responsibility.duties.rules import Dimension
from responsibility.stages.gates import Attestation, CheckState


class StageCheck(Base):
    """A checkpoint of a duty version in force when the stage began; ``note`` is sealed with the row's id."""

    __tablename__ = "stage_check"
    __table_args__ = (
        one_of("dimension", Dimension),
        one_of("state", CheckState),
        CheckConstraint("state = 'open' OR (happened_at IS NOT NULL AND evidence_reference <> '')", name="evidence"),
        UniqueConstraint("stage_id", "checkpoint"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    duty: Mapped[str]
    duty_version_id: Mapped[UUID] = mapped_column(ForeignKey("duty_version.id"))
    checkpoint: Mapped[str]
    dimension: Mapped[str]
    state: Mapped[CheckState] = mapped_column(Text, default="open")
    evidence: Mapped[str]
    evidence_reference: Mapped[str | None]
    happened_at: Mapped[datetime | None]
    recorded_by: Mapped[str | None]
    note: Mapped[bytes | None]


class StageAttestation(Base):
    """What a hard gate asks for: somebody put on record that the stage was passed or signed."""

    __tablename__ = "attestation"
    __table_args__ = (one_of("kind", Attestation), UniqueConstraint("stage_id", "kind"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    kind: Mapped[Attestation] = mapped_column(Text)
    reference: Mapped[str]
    happened_at: Mapped[datetime]
    recorded_by: Mapped[str]
