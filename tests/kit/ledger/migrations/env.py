from kit.db.migrate import run
from tests.kit.ledger.app import Base

run(Base.metadata)
