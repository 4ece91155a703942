"""What a service loads when it starts: libraries for jobs are loaded by jobs."""

import subprocess
import sys

import pytest

from gridloop.layout import SERVICES

HEAVY = ("numpy", "pyreadstat", "rjieba", "openpyxl", "xlsxwriter")
SAYING = "import sys, {service}.app; print([name for name in {heavy} if name in sys.modules])"


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_that_only_jobs_need(service: str) -> None:
    saying = SAYING.format(service=service, heavy=HEAVY)
    loaded = subprocess.run([sys.executable, "-c", saying], check=True, capture_output=True, text=True, timeout=60)
    assert loaded.stdout.strip() == "[]"
