"""``python -m gridloop``: what ``./gridloop`` becomes."""

from gridloop.cli import main

if __name__ == "__main__":
    main()
