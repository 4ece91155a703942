"""Looks through a service's database for what a key sealed; see ``kit.encryption`` for how a value names its key."""

from typing import Any

import asyncpg

from kit.encryption import CannotOpen, Keyring

HASH = 32
"""Bytes of a keyed hash: its first ones may look like a key's name by chance."""
COLUMNS = """
SELECT c.table_name, c.column_name,
    EXISTS (SELECT FROM information_schema.columns AS i WHERE i.table_schema = c.table_schema
        AND i.table_name = c.table_name AND i.column_name = 'id' AND i.data_type = 'uuid') AS has_id
FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type = 'bytea' ORDER BY 1, 2
"""


async def needing(url: str, keyring: Keyring, name: str) -> dict[str, int]:
    """How many values of each column (``table.column``) only this key opens; columns without any are left out."""
    label = bytes([len(name)]) + name.encode()
    connection = await asyncpg.connect(url)
    try:
        places = await connection.fetch(COLUMNS)
        found = {f"{row[0]}.{row[1]}": await _counted(connection, row, keyring, label) for row in places}
    finally:
        await connection.close()
    return {place: count for place, count in found.items() if count}


async def _counted(connection: Any, place: Any, keyring: Keyring, label: bytes) -> int:
    table, column, has_id = place
    sealed = f'FROM "{table}" WHERE substring("{column}" FROM 1 FOR {len(label)}) = $1 AND octet_length("{column}")'
    count: int = await connection.fetchval(f"SELECT count(*) {sealed} <> {HASH}", label)
    if has_id:
        alike = await connection.fetch(f'SELECT id, "{column}" {sealed} = {HASH}', label)
        count += sum(_opens(keyring, row) for row in alike)
    return count


def _opens(keyring: Keyring, row: Any) -> bool:
    try:
        keyring.open_bytes(row[0], row[1])
    except CannotOpen:
        return False
    return True
