"""Runs pytest on the tree that is the working folder: the program of a process forked for it.

What the fork server had imported of Gridloop is another tree's and is forgotten; ``PYTHONPATH`` names the sources.
"""

import os
import sys
from pathlib import Path

import pytest


def main() -> int:
    sources = os.environ["PYTHONPATH"].split(os.pathsep)
    ours = {found.stem for source in sources if Path(source).is_dir() for found in Path(source).iterdir()}
    for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
        del sys.modules[name]
    sys.path[:0] = [str(Path.cwd()), *sources]
    return pytest.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
