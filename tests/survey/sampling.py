"""Crowds of customers, and campaigns that draw from them."""

from typing import Any

from kit.auth import Role
from tests.survey.asking import Asking

EAST, WEST, HILLS = "/city/east/hall-1/", "/city/west/hall-2/", "/hills/"


class Sampling(Asking):
    """Every call goes through the service's public doors; its loops are turned by hand."""

    async def crowd(self, count: int, **more: Any) -> list[str]:
        """So many contacts alike; gives their accounts."""
        accounts = [str(self.accounts + place) for place in range(1, count + 1)]
        self.accounts += count
        known = {"source_version": 1, "unit": EAST, "phone": "+8613800000001", "consent": True} | more
        for start in range(0, count, 1000):
            items = [known | {"account": account} for account in accounts[start : start + 1000]]
            await self.post("/v1/contacts", {"items": items}, Role.INTEGRATOR, status=200)
        return accounts

    async def drawn(self, code: str, *, active: bool = True, **more: Any) -> str:
        """A campaign with a frame, of the one questionnaire that it needs."""
        return await self.campaign(code, active=active, **({"questionnaire": "after_order", "frame": {}} | more))

    async def plan(self) -> None:
        """What the clock brings, planned to its end."""
        await self.survey.fire_timers()
        while await self.survey.runtime.jobs.run_next():
            pass

    async def rounds(self, campaign: str) -> list[dict[str, Any]]:
        async with self.survey.client(Role.ANALYST) as analyst:
            found = (await analyst.get(f"/v1/campaigns/{campaign}/rounds")).json()["items"]
        return list(found)

    async def asked_by(self, campaign: str) -> list[str]:
        """The accounts that were asked, sorted."""
        rows = await self.survey.sql(
            "SELECT account FROM invitation JOIN contact ON contact.id = contact_id"
            " WHERE campaign_id = $1 ORDER BY account",
            campaign,
        )
        return [row["account"] for row in rows]

    async def dry_run(self, campaign: str, role: Role = Role.INTEGRATOR, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = await self.post(f"/v1/campaigns/{campaign}/dry-run", more, role, status=200)
        return found

    async def tokens(self, campaign: str) -> dict[str, str]:
        """The token of each account that was asked."""
        found = {}
        async with self.survey.client(Role.INTEGRATOR) as sender:
            for row in await self.survey.sql(
                "SELECT invitation.id, account FROM invitation JOIN contact ON contact.id = contact_id"
                " WHERE campaign_id = $1 ORDER BY account",
                campaign,
            ):
                link = await sender.post(f"/v1/invitations/{row['id']}/link")
                found[row["account"]] = link.json()["token"]
        return found

    async def rates(self, campaign: str, **more: Any) -> dict[str, Any]:
        async with self.survey.client(Role.ANALYST) as analyst:
            answer = await analyst.get(f"/v1/campaigns/{campaign}/response-rates", params=more)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found
