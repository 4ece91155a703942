"""Changing the key of keys: with the old one destroyed, no backup of its time opens, and everything living does."""

import base64
import json
import os

import pytest

from kit.auth import Role
from kit.encryption import CannotOpen, Keyring
from survey.app import create_app
from tests.support.services import running
from tests.survey.asking import Asking
from tests.survey.exchange.importing import Importing


@pytest.fixture
async def keyed(engines, tmp_path):
    """A service whose keyring lies in a file of the test's own."""
    path = tmp_path / "keys.json"
    keys = {name: base64.b64encode(os.urandom(32)).decode() for name in ("march", "april")}
    lookup = base64.b64encode(os.urandom(32)).decode()

    def hold(*names):
        held = {"current": names[-1], "keys": {name: keys[name] for name in names}, "lookup": lookup}
        path.write_text(json.dumps(held))

    hold("march")
    async with running(engines, "survey", tmp_path, GRIDLOOP_ENCRYPTION_KEYS=str(path)) as survey:
        yield survey, hold, path


async def test_a_backup_opens_no_more_once_the_key_of_its_time_is_destroyed(keyed):
    survey, hold, path = keyed
    asking = await Asking(survey).standard()
    stays, goes = await asking.contact(name="Stays"), await asking.contact(name="Goes")
    backup = {row["account"]: row for row in await survey.sql("SELECT account, id, data_key, name FROM contact")}
    async with survey.client(Role.ADMIN) as client:
        await client.delete(f"/v1/contacts/{goes}")
    await asking.invited(stays)
    await survey.send_messages()

    hold("march", "april")
    april = create_app(clock=survey.clock)
    async with april.router.lifespan_context(april):
        survey.app = april
        async with survey.client(Role.ADMIN) as client:
            begun = await client.post("/v1/contacts/rewrap")
            await Importing(survey).jobs()
            job = (await client.get(begun.headers["Location"])).json()
    rewrapped = job["result"]["rewrapped"]
    assert rewrapped["contact.data_key"] == 1
    assert "contact.name" not in rewrapped
    assert rewrapped["message.recipient"] >= 1
    assert job["result"]["needed_by_no_row"] == ["march"]

    hold("april")
    after = create_app(clock=survey.clock)
    async with after.router.lifespan_context(after):
        survey.app = after
        assert (await Importing(survey).contact(stays))["name"] == "Stays"
    keyring = Keyring.read(path)
    for row in backup.values():
        with pytest.raises(CannotOpen):
            keyring.with_data_key(row["id"], row["data_key"])
