"""What is on sale from the start. Written once; whoever edits plans in the staff console keeps their edits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from billing.features import FEATURES

DESKS: Final = ("payments", "commerce", "customers", "market", "trading")
#: A limit without a limit.
ANY: Final = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One plan. `prices` are whole units of each currency a period, excluding tax."""

    key: str
    name: str
    kind: str
    lead: str
    order: int
    prices: dict[str, int] = field(default_factory=dict)
    features: dict[str, int | None] = field(default_factory=dict)
    ticks: tuple[str, ...] = ()
    desk: str = ""
    trial_days: int = 0
    odoo_sku: str = ""
    is_public: bool = True

    @property
    def interval(self) -> str:
        return "month" if self.kind == "subscription" else ""


def _desk(key: str, name: str, lead: str, order: int, ticks: tuple[str, ...]) -> Offer:
    """A plan that opens one desk for a team."""
    return Offer(
        f"desk_{key}", name, "subscription", lead, order,
        prices={"usd": 49, "eur": 45, "gbp": 39},
        features={f"desk.{key}": 1, "desk.payments": 1, "sources": 5, "history_months": 36, "members": 5,
                  "alerts": 25, "agent_questions": 500, "exports": 1},
        ticks=(*ticks, "5 sources, 3 years of history", "5 people, 500 questions a month, exports"),
        desk=key, trial_days=14,
    )  # fmt: skip


OFFERS: Final = (
    Offer(
        "free", "Free", "free", "The payments desk for one account, for as long as you like.", 10,
        features={"desk.payments": 1, "sources": 1, "history_months": 12, "members": 2, "alerts": 3,
                  "agent_questions": 50, "exports": 0},
        ticks=("Payments desk: readiness score and metrics", "1 source, a year of history",
               "2 people, 50 questions a month"),
    ),
    _desk("payments", "Payments", "For a team that lives by its payment account.", 20,
          ("Payments desk without its free limits",)),
    _desk("commerce", "Commerce", "For a shop that pays for its visitors.", 30,
          ("Commerce desk: shop, ads and margin",)),
    _desk("customers", "Customers", "For whoever wants customers to come back.", 40,
          ("Customers desk: segments and lifetime value",)),
    _desk("market", "Market", "For collectors and resellers.", 50, ("Market desk: fair prices and deals",)),
    Offer(
        "trader", "Trader", "subscription", "For traders who want to know where their edge is.", 60,
        prices={"usd": 250, "eur": 230, "gbp": 199},
        features={"desk.trading": 1, "desk.payments": 1, "sources": 3, "history_months": ANY, "members": 2,
                  "alerts": 50, "agent_questions": 500, "exports": 1},
        ticks=("Trading desk: edge, behaviour, risk", "3 sources, all your history", "Loyalty perks that grow by month",
               "2 people, 500 questions a month, exports"),
        desk="trading", odoo_sku="BW-TRADER",
    ),
    Offer(
        "pro", "Pro", "subscription", "For a business that wants every desk.", 70,
        prices={"usd": 349, "eur": 319, "gbp": 279},
        features={**{f"desk.{desk}": 1 for desk in DESKS}, "sources": ANY, "history_months": ANY, "members": ANY,
                  "alerts": ANY, "agent_questions": ANY, "exports": 1},
        ticks=("Every open desk, trading included", "Sources and history without limit",
               "The whole team, the agent, exports"),
        trial_days=14,
    ),
    Offer(
        "edge_autopsy", "Edge Autopsy", "one_off", "Your trades taken apart once, in writing.", 80,
        prices={"usd": 99, "eur": 92, "gbp": 79},
        ticks=("One upload of your trades", "A written report", "No account needed"),
        desk="trading", odoo_sku="BW-AUTOPSY",
    ),
    Offer(
        "edge_autopsy_plus", "Edge Autopsy Plus", "one_off", "The same, with what to change and a second look.", 90,
        prices={"usd": 149, "eur": 138, "gbp": 119},
        ticks=("Everything in Edge Autopsy", "A plan of what to change", "A second look after 30 days"),
        desk="trading", odoo_sku="BW-AUTOPSY-PLUS",
    ),
)  # fmt: skip


def write_catalogue(plans: Any, prices: Any, features: Any) -> int:
    """Write the plans that are missing, with prices and features; returns how many. Existing ones stay as they are.

    Takes the three managers, so that a migration can give its own.
    """
    written = 0
    for offer in OFFERS:
        plan, is_new = plans.get_or_create(key=offer.key, defaults=_fields(offer))
        if not is_new:
            continue
        written += 1
        for currency, amount in offer.prices.items():
            prices.create(plan=plan, currency=currency, amount=amount * 100)
        for key, value in offer.features.items():
            features.create(plan=plan, key=key, kind=FEATURES[key].kind, value=value)
    return written


def ensure_catalogue() -> int:
    """The same for the tables as they are; run at every start and deployment."""
    from billing.models import Plan, PlanFeature, PlanPrice

    return write_catalogue(Plan.objects, PlanPrice.objects, PlanFeature.objects)


def _fields(offer: Offer) -> dict[str, Any]:
    return {
        "name": offer.name, "kind": offer.kind, "interval": offer.interval, "desk": offer.desk, "lead": offer.lead,
        "ticks": list(offer.ticks), "trial_days": offer.trial_days, "is_public": offer.is_public,
        "order": offer.order, "odoo_sku": offer.odoo_sku,
    }  # fmt: skip
