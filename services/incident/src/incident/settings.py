"""What the incident service is told from outside."""

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing beside what every service is told."""
