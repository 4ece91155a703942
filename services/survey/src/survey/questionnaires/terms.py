"""The terms that questionnaires and what hangs on them share: codes, languages, drivers, texts."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from kit.contracts.survey import Driver

__all__ = ["Code", "Driver", "Language", "Part", "SubProcess", "Words"]

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
SubProcess = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-\d{2}$")]
Language = Literal["zh-CN", "en"]
Words = dict[Language, Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00]+$")]]
"""One text by language. A draft may lack some; see ``translations``."""


class Part(BaseModel):
    """One piece of a definition; unknown fields are refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")
