"""What must not be read in a log."""

import json
import logging

import pytest

from kit.telemetry.logs import configure, logger


class TestLogs:
    def test_an_exception_shows_no_local_variables(self, capsys: pytest.CaptureFixture[str]) -> None:
        handlers = logging.getLogger().handlers[:]
        configure("gateway")
        try:
            self._fail(token="eyJ-of-somebody")
        finally:
            logging.getLogger().handlers[:] = handlers

        written = capsys.readouterr().out
        assert json.loads(written)["exception"][0]["exc_type"] == "RuntimeError"
        assert "eyJ-of-somebody" not in written

    @staticmethod
    def _fail(token: str) -> None:
        try:
            raise RuntimeError("failed")
        except RuntimeError as fault:
            logger("test").error("unhandled", exc_info=fault)
