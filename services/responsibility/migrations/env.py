from kit.db.migrate import run
from responsibility.tables import Base

run(Base.metadata)
