"""What a client says of a file beside its content."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from survey.exchange.imports.sheets import Delimiter, Encoding
from survey.questionnaires.definition import Code

DELIMITERS: dict[str, Delimiter] = {"auto": "auto", "comma": ",", "semicolon": ";", "tab": "\t"}


class ImportOptions(BaseModel):
    """``source_version`` stands in where a file of contacts has no such column.

    ``account_digits``: how many digits each account number has, so that numbers get back their leading zeros.
    ``source``: the system that past answers come from; with the row's id it says which answer it is.
    ``questionnaire``: what they answer.
    """

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = False
    encoding: Encoding = "auto"
    delimiter: Literal["auto", "comma", "semicolon", "tab"] = "auto"
    source_version: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    account_digits: Annotated[int, Field(ge=4, le=20)] | None = None
    source: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")] = "import"
    questionnaire: Code | None = None

    @property
    def character(self) -> Delimiter:
        return DELIMITERS[self.delimiter]


class PastAnswersOptions(ImportOptions):
    questionnaire: Code


class ImportStarted(BaseModel):
    """``job``: its address is in ``Location``."""

    job: UUID
