from incident.tables import Base
from kit.db.migrate import run

run(Base.metadata)
