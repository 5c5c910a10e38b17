"""What an owner sees of the plan: what it is, how it stands, what is used of it, and what was paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.formats import plural
from accounts.models import Business
from accounts.money import format_money
from billing.entitlements import Entitlements, entitlements
from billing.features import FEATURES, METERED, SWITCH
from billing.models import BillingCustomer, Checkout, Grant, Invoice, Subscription
from billing.subscriptions.calc import GRACE
from billing.subscriptions.change import running
from billing.usage import usage_of

INVOICES_SHOWN = 24
#: A limit that is not used up.
PERIOD = "history_months"
#: States in which an invoice is paid or asked for; drafts are not kept.
TONES = {"paid": "good", "open": "warn", "uncollectible": "bad", "void": "none"}


@dataclass(frozen=True, slots=True)
class Banner:
    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One limit. `most` is None without a limit; `used` None where nobody counts it."""

    key: str
    label: str
    used: int | None
    most: int | None
    per_month: bool
    is_full: bool


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    invoice: Invoice
    tone: str


@dataclass(frozen=True, slots=True)
class PlanOverview:
    """Everything the plan page shows."""

    name: str
    found: Entitlements
    subscription: Subscription | None
    grants: tuple[Grant, ...]
    banner: Banner | None
    usage: tuple[UsageRow, ...]
    switches: tuple[tuple[str, bool], ...]
    invoices: tuple[InvoiceRow, ...]
    has_portal: bool

    @property
    def paid(self) -> Subscription | None:
        """The running subscription; None where nothing is paid for."""
        return self.subscription if self.subscription and self.subscription.is_live else None

    @property
    def state_note(self) -> str:
        return self.paid.get_status_display() if self.paid else ""

    @property
    def price_text(self) -> str:
        return format_money(self.paid.discounted, self.paid.currency) if self.paid else "Nothing"

    @property
    def price_note(self) -> str:
        return f"a {self.paid.interval}, excluding tax" if self.paid else ""

    @property
    def next_label(self) -> str:
        return "Ends on" if self.paid and self.paid.cancel_at else "Next payment"

    @property
    def next_text(self) -> str:
        moment = (self.paid.cancel_at or self.paid.period_end) if self.paid else None
        return _day(moment) if moment else "None"


def plan_overview(business: Business, *, now: datetime) -> PlanOverview:
    """How the business stands at `now`. Queries: a fixed number, whatever the size."""
    found = entitlements(business, at=now)
    subscription = running(business) or _newest(business)
    grants = tuple(
        Grant.objects.of(business).filter(state=Grant.State.ACTIVE).select_related("plan").order_by("plan__order", "pk")
    )
    live = [grant for grant in grants if grant.valid_until is None or grant.valid_until > now]
    return PlanOverview(
        name=" + ".join(dict.fromkeys(grant.plan.name for grant in live)) or "Free",
        found=found,
        subscription=subscription,
        grants=tuple(live),
        banner=_banner(business, subscription, found, now=now),
        usage=usage_rows(business, found, now=now),
        switches=tuple((row.label, found.has(row.key)) for row in FEATURES.values() if row.kind == SWITCH),
        invoices=tuple(_invoice_rows(business)),
        has_portal=BillingCustomer.objects.of(business).filter(deleted_at=None).exists(),
    )


def usage_rows(business: Business, found: Entitlements, *, now: datetime) -> tuple[UsageRow, ...]:
    """Every limit that anybody counts, with what is used of it, and how far back the plan shows."""
    used = usage_of(business, now=now)
    return tuple(
        UsageRow(
            key=feature.key,
            label=feature.label,
            used=used.get(feature.key),
            most=found.limit(feature.key),
            per_month=feature.kind == METERED,
            is_full=feature.key in used and not found.has_room(feature.key, used[feature.key]),
        )
        for feature in FEATURES.values()
        if feature.kind != SWITCH and (feature.key in used or feature.key == PERIOD)
    )


def _newest(business: Business) -> Subscription | None:
    rows = Subscription.objects.of(business).select_related("plan", "price")
    found: Subscription | None = rows.order_by("-started_at", "-pk").first()
    return found


def _invoice_rows(business: Business) -> list[InvoiceRow]:
    rows = Invoice.objects.of(business).order_by("-issued_at", "-pk")[:INVOICES_SHOWN]
    return [InvoiceRow(row, TONES.get(row.status, "none")) for row in rows]


def _banner(business: Business, held: Subscription | None, found: Entitlements, *, now: datetime) -> Banner | None:
    """The one thing to know about the plan now; None when there is nothing to say."""
    if Checkout.objects.of(business).filter(state=Checkout.State.PENDING).exists() and held and not found.plans:
        return Banner("accent", "Your payment is on its way. The plan opens as soon as it has arrived.")
    if held is None:
        return None
    if held.parked:
        return Banner("warn", "We are looking at your order: something about its amount does not fit. Nothing is lost.")
    said = _said(held, now=now)
    return Banner(*said) if said else None


def _said(held: Subscription, *, now: datetime) -> tuple[str, str] | None:
    status = Subscription.Status
    if held.status == status.PAST_DUE:
        until = (held.past_due_since or now) + GRACE
        if until > now:
            return (
                "bad",
                f"The last payment failed. Everything works until {_day(until)}; then you can read, not change.",
            )
        return "bad", "The last payment failed. Everything can be read; pay to work on."
    if held.status in (status.UNPAID, status.PAUSED):
        what = "Your plan is paused." if held.status == status.PAUSED else "Your plan is not paid."
        return "bad", f"{what} Everything can be read, and nothing is deleted."
    if held.status == status.INCOMPLETE:
        return "accent", "The first payment is not finished yet."
    if held.cancel_at and held.is_live:
        return "warn", f"Your plan ends on {_day(held.cancel_at)}. Until then everything works."
    if held.status == status.TRIALING and held.trial_end:
        left = max((held.trial_end - now).days, 0)
        return "accent", f"Your trial ends on {_day(held.trial_end)}, in {plural(left, 'day')}."
    if held.status == status.CANCELED and held.ended_at:
        return "warn", f"Your plan ended on {_day(held.ended_at)}. What you have stays, and the free plan goes on."
    return None


def _day(moment: datetime) -> str:
    return f"{moment:%-d %B %Y}"
