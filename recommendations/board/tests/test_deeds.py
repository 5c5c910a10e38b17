"""What changes something on the board or in the drawer refuses who may not."""

from __future__ import annotations

from typing import Any

from accounts.testing.deeds import FourRefusals
from accounts.testing.world import MOMENT, World
from recommendations.testing.findings import finding, seen


class TestDecideDeed(FourRefusals):
    url = "recommendations:decide"
    permission = "write:recommendations"
    form = {"status": "accepted"}

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        return {"recommendation": seen(world.business, finding(as_of=MOMENT), as_of=MOMENT)[0].pk}


class TestAlertsReadDeed(FourRefusals):
    url = "recommendations:alerts-read"
    permission = "read:analytics"
