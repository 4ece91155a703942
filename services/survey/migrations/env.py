from kit.db.migrate import run
from survey import app  # noqa: F401 - every slice's tables
from survey.db import Base

run(Base.metadata)
