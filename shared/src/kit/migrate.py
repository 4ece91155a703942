"""``python -m kit.migrate services/<name>``: brings that service's database to this release's schema.

Needs the owner's URL in ``GRIDLOOP_MIGRATION_URL``. Exit code 0 when the schema fits, 1 with a sentence when
it cannot be made to.
"""

import os
import sys
from pathlib import Path

from kit.db.migrate import SchemaMismatch, upgrade


def main() -> int:
    if len(sys.argv) != 2:  # noqa: PLR2004
        sys.stderr.write("Usage: python -m kit.migrate services/<name>\n")
        return 2
    url = os.environ.get("GRIDLOOP_MIGRATION_URL")
    if not url:
        sys.stderr.write("GRIDLOOP_MIGRATION_URL must hold the PostgreSQL URL of the service's owner role.\n")
        return 2
    service = Path(sys.argv[1])
    try:
        changed = upgrade(service, url)
    except (SchemaMismatch, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    sys.stdout.write(f"{service.name}: {'migrated' if changed else 'already at this release'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
