"""``gridloop bench [NAME] [--quick] [--json]``."""

import argparse
import contextlib
import importlib
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from gridloop.options import Options

BENCHES = {
    "events": "from a commit to its effect in another service, and how many a second",
    "exports": "a million answers as CSV, XLSX, Parquet and SPSS: memory and speed",
    "insights": "figures beside few and many stored answers, and driver analyses",
    "intake": "answers taken in completely, beside the limit of PostgreSQL",
    "planning": "a campaign that draws from a million customers and asks them",
    "write": "what an endpoint adds to its SQL",
}


def run(_: Options, arguments: Sequence[str]) -> int:
    """Exit code 0 whenever everything asked for was measured, whatever the figures."""
    asked = _parser().parse_args(arguments)
    for name in [asked.name] if asked.name else list(BENCHES):
        began = time.monotonic()
        with contextlib.redirect_stdout(sys.stderr):  # what is logged must not stand among the figures
            found: dict[str, Any] = importlib.import_module(f"gridloop.bench.{name}").run(quick=asked.quick)
        sys.stdout.write(json.dumps(found) + "\n" if asked.json else _table(found, time.monotonic() - began))
    return 0


def _parser() -> argparse.ArgumentParser:
    names = "; ".join(f"{name}: {what}" for name, what in BENCHES.items())
    parser = argparse.ArgumentParser(prog="gridloop bench", description="Measure beside the limit in the same run.")
    parser.add_argument("name", nargs="?", choices=BENCHES, help=names)
    parser.add_argument("--quick", action="store_true", help="a smaller size, under 45 seconds")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each bench")
    return parser


def _table(found: dict[str, Any], seconds: float) -> str:
    machine = ", ".join(f"{key} {value}" for key, value in found["machine"].items())
    size = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in found["size"].items())
    lines = [f"{found['bench']}  ({size}; {machine}; {seconds:.0f} s)"]
    for figure in found["figures"]:
        beside = f", {figure['ratio']:.2f} of {figure['reference']:g}" if figure["ratio"] is not None else ""
        verdict = "met" if figure["met"] else "MISSED"
        value = f"{figure['value']:>10g} {figure['unit']:<9}"
        lines.append(f"  {figure['name']:<28} {value} goal {figure['goal']:g}: {verdict}{beside}")
    return "\n".join(lines) + "\n"
