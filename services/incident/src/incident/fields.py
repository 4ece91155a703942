"""Fields that many bodies share."""

from typing import Annotated

from pydantic import AwareDatetime, Field

UnitPath = Annotated[
    str,
    Field(pattern=r"^/([a-z0-9][a-z0-9-]{0,60}/){0,12}$", max_length=400, examples=["/city/east/hall-1/"]),
]
AccountNumber = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,32}$", examples=["3100000001"])]
DeviceCode = Annotated[str, Field(pattern=r"^[^\s\x00-\x1f\x7f]{1,100}$", examples=["switch-321"])]
Phone = Annotated[str, Field(pattern=r"^\+[1-9]\d{4,14}$", examples=["+8613800138000"], description="E.164")]
HappenedAt = Annotated[
    AwareDatetime,
    Field(description="When it happened, with offset; may lie before what is known, never in the future."),
]

NOT_AN_ORDER = (
    "Information only, not a switching order (非操作票), and no proof that a line is dead: ties, generators and "
    "photovoltaics may feed back, so everything here may be live."
)
