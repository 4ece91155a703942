"""What an operator may set for a suite on one machine, and what is said of anything else."""

from pathlib import Path

import pytest

from gridloop.errors import MachineError
from gridloop.supervisor.own_settings import FILES, PLAIN, own_settings
from kit.settings import ServiceSettings
from survey.settings import Settings


def written(folder: Path, text: str) -> Path:
    (folder / "settings.env").write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert own_settings(tmp_path) == {}


def test_lines_are_settings_and_files_lie_in_the_data_folder(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        "# the mail server\n\nGRIDLOOP_SMTP_URL=smtp+starttls://post@mail.example:587\nGRIDLOOP_SMTP_PASSWORD=mail.secret\n"
        "GRIDLOOP_MESSAGE_GATEWAY_SECRET=/etc/gridloop/gateway.secret\n",
    )
    assert own_settings(folder) == {
        "GRIDLOOP_SMTP_URL": "smtp+starttls://post@mail.example:587",
        "GRIDLOOP_SMTP_PASSWORD": str(tmp_path / "mail.secret"),
        "GRIDLOOP_MESSAGE_GATEWAY_SECRET": "/etc/gridloop/gateway.secret",
    }


@pytest.mark.parametrize("line", ["GRIDLOOP_SMTP_ULR=smtps://mail.example", "GRIDLOOP_DATABASE_URL=x", "just words"])
def test_what_cannot_be_chosen_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(MachineError, match=r"settings\.env, line 2: .* write NAME=value with one of"):
        own_settings(written(tmp_path, f"# first\n{line}\n"))


def test_every_setting_that_may_be_chosen_is_one_that_services_read() -> None:
    known = {f"GRIDLOOP_{name.upper()}" for model in (ServiceSettings, Settings) for name in model.model_fields}
    assert {*PLAIN, *FILES} <= known
