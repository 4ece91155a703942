"""What PostgreSQL itself can do: ``pgbench`` with the two rows that every response costs at the least."""

import re
import subprocess
import tempfile
from pathlib import Path

import asyncpg

from gridloop.engines import Engines

CLIENTS = 8
RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
TABLES = """
    CREATE TABLE bench_response (LIKE response INCLUDING DEFAULTS INCLUDING INDEXES);
    CREATE TABLE bench_event (LIKE event INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES);
"""
COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
           string_agg(CASE WHEN attname IN ('id', 'invitation_id') THEN 'gen_random_uuid()'
                           ELSE quote_nullable(to_jsonb(r) ->> attname) END, ', ' ORDER BY attnum)
    FROM pg_attribute, (SELECT * FROM {table} ORDER BY 1 DESC LIMIT 1) r
    WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''
      AND attgenerated = '' AND attname <> 'xid'
"""


async def rate(engines: Engines, *, seconds: int) -> float:
    """Transactions a second of two inserts each, with copies of a response's row and of its event's."""
    connection = await asyncpg.connect(engines.environment("survey")["GRIDLOOP_MIGRATION_URL"])
    try:
        await connection.execute(TABLES)
        statements = [await _insert(connection, table) for table in ("response", "event")]
    finally:
        await connection.close()
    return _measured(engines, "BEGIN;\n" + "".join(statements) + "END;\n", seconds)


async def _insert(connection: "asyncpg.Connection[asyncpg.Record]", table: str) -> str:
    row = await connection.fetchrow(COLUMNS.format(table=table))
    if row is None:
        raise RuntimeError(f"The table {table} is empty: answers are taken in before the limit is measured.")
    names, values = row
    one_line = values.replace("\n", " ")
    return f"INSERT INTO bench_{table} ({names}) VALUES ({one_line});\n"  # noqa: S608  (its own catalogue's names)


def _measured(engines: Engines, script: str, seconds: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "two_inserts.sql"
        path.write_text(script)
        program = engines.postgres.programs / "pgbench"
        url = engines.environment("survey")["GRIDLOOP_MIGRATION_URL"]
        command = [str(program), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds)]
        done = subprocess.run([*command, "-f", str(path), url], capture_output=True, text=True, check=True)
    found = RATE.search(done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench told no rate: {done.stdout[-500:]}")
    return float(found.group(1))
