"""What this service is told from outside, beside what every service is."""

from functools import cached_property
from zoneinfo import ZoneInfo

from pydantic import Field

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    time_zone: str = Field("Asia/Shanghai", description="The company's zone: its days are those of all terms")

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
