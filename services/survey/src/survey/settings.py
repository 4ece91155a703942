"""What the survey service is told from outside, beside what every service is told."""

from pydantic import Field

from kit.context import Context
from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    public_url: str = Field("http://127.0.0.1:8080", description="Where customers reach the survey page")
    rest_days: int = Field(30, ge=0, le=365, description="How long a customer who was asked is left in peace")
    import_limit: int = Field(64 * 1024**2, ge=1024, description="Bytes of a file that is imported")
    time_zone: str = Field("Asia/Shanghai", description="Whose local days the figures count")


def settings_of(context: Context) -> Settings:
    """This service's own settings out of what every service function is given."""
    assert isinstance(context.settings, Settings)  # noqa: S101 - create_app made it of these
    return context.settings
