"""Who wants no surveys gets none, whoever heard it and whatever the source says later."""

import pytest

from kit.auth import Role

REPEATED = 2


async def opt_out(survey, token):
    async with survey.client() as phone:
        return await phone.post("/v1/invitations/opt-out", json={"invitation": token})


async def contact_of(survey, account):
    async with survey.client(Role.AGENT) as agent:
        return (await agent.get(f"/v1/contacts/{account}")).json()


class TestHimself:
    async def test_without_a_login_and_for_every_campaign(self, survey, asking):
        account = await asking.contact()
        token = await asking.invited(account)
        for _ in range(REPEATED):
            answer = await opt_out(survey, token)
            assert (answer.status_code, answer.json()) == (200, {"opted_out": True})
        found = await contact_of(survey, account)
        assert (found["opt_out"], found["opted_out_at"] is not None) == (True, True)
        assert await asking.asked(await asking.close_case(account)) == []

    async def test_an_expired_invitation_says_it_as_well(self, survey, asking):
        from datetime import timedelta

        account = await asking.contact()
        token = await asking.invited(account)
        survey.clock.advance(timedelta(days=400))
        assert (await opt_out(survey, token)).status_code == 200

    async def test_a_forged_one_says_nothing(self, survey, asking):
        token = await asking.invited()
        assert (await opt_out(survey, token[:-2] + "AA")).status_code == 403

    async def test_what_waits_to_be_sent_is_not_sent(self, survey, asking):
        """The message lies in the queue already when the customer speaks."""
        await survey.send_messages()
        account = await asking.contact(phone="+8613822220001")
        token = await asking.invited(account)
        assert await survey.runtime.messages._refill() == 1
        assert len(await survey.sql("SELECT FROM message WHERE state = 'waiting'")) == 1
        await opt_out(survey, token)
        assert [sent for sent in await survey.send_messages() if sent["to"] == "+8613822220001"] == []
        (row,) = await survey.sql(
            "SELECT delivery_state, sent_at FROM invitation JOIN contact ON contact.id = contact_id WHERE account = $1",
            account,
        )
        assert (row["delivery_state"], row["sent_at"]) == ("withheld", None)


class TestBySource:
    async def test_a_later_push_takes_nothing_back(self, survey, asking):
        account = await asking.contact()
        await opt_out(survey, await asking.invited(account))
        await asking.contact(account, source_version=2, opt_out=False)
        assert (await contact_of(survey, account))["opt_out"] is True

    @pytest.mark.parametrize("wish", [True, False])
    async def test_where_he_said_nothing_himself_the_source_speaks(self, survey, asking, wish):
        account = await asking.contact(opt_out=not wish)
        await asking.contact(account, source_version=2, opt_out=wish)
        found = await contact_of(survey, account)
        assert (found["opt_out"], found["opted_out_at"]) == (wish, None)


class TestByStaff:
    async def test_said_and_taken_back(self, survey, asking):
        account = await asking.contact()
        path = f"/v1/contacts/{account}/opt-out"
        async with survey.client(Role.AGENT) as agent:
            first = (await agent.put(path)).json()
            again = (await agent.put(path)).json()
            assert first["account"] == again["account"] == account
            assert (await contact_of(survey, account))["opt_out"] is True
            assert await asking.asked(await asking.serve(account)) == []
            assert (await agent.delete(path)).status_code == 200
        assert (await contact_of(survey, account))["opt_out"] is False
        assert len(await asking.asked(await asking.serve(account))) == 1

    async def test_not_for_another_unit(self, survey, asking):
        account = await asking.contact()
        async with survey.client(Role.AGENT, unit="/city/west/") as agent:
            assert (await agent.put(f"/v1/contacts/{account}/opt-out")).status_code == 404
