"""What promises say and are told over HTTP."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from responsibility.promises.models import Kind, Statistic, Unit

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,60}$", examples=["case.low_answer"])]
Words = Annotated[str, Field(min_length=1, max_length=500)]


class PromiseIn(BaseModel):
    """``source``: the document that the rule comes from."""

    model_config = ConfigDict(extra="forbid")

    zh: Words
    en: Words
    kind: Kind
    statistic: Statistic = "each_case"
    amount: Annotated[int, Field(ge=1, le=100_000)]
    unit: Unit
    source: Words
    valid_from: AwareDatetime


class PromiseOut(BaseModel):
    code: str
    valid_from: datetime
    zh: str
    en: str
    kind: Kind
    statistic: Statistic
    amount: int
    unit: Unit
    source: str
