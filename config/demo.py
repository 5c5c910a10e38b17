"""The demo business: a newcomer looks around in it before connecting anything."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.utils import timezone

from accounts.businesses import BusinessProfile, create_business
from accounts.models import Business, User
from accounts.people import mark_email_verified
from accounts.tenancy import acting_for, tenant_transaction
from billing.grants import grant
from billing.models import Grant, Plan
from ingestion.fx import seed_rates
from ingestion.models import Source
from ingestion.sandbox.stripe.world import account_id
from ingestion.sandbox.trading.demo import ensure_statement
from ingestion.sources.connecting import Connection, connect

DEMO_EMAIL: Final = "demo@bellwether.example"
DEMO_PASSWORD: Final = "look-around-42"  # noqa: S105 - printed at every start of a development checkout
DEMO_VARIANT: Final = "showroom"
PROFILE: Final = BusinessProfile(
    name="Lantern Street Roasters", currency="eur", time_zone="Europe/Berlin", industry="Food and drink"
)


#: Units of a currency for one euro in the simulated world, near the middle of recent years; not reference rates.
SANDBOX_RATES: Final = {"usd": Decimal("1.08"), "gbp": Decimal("0.855"), "jpy": Decimal("149.25")}
RATES_REACH_BACK: Final = timedelta(days=1200)


def speaks_to_the_sandbox() -> bool:
    return bool(settings.STRIPE_API_BASE == settings.SANDBOX_URL)


def ensure_sandbox_rates() -> None:
    """Exchange rates for the simulated companies up to today. A checkout with a Stripe key of its own gets none:
    there, rates come from the European Central Bank's file (`manage.py load_fx_rates`)."""
    if speaks_to_the_sandbox():
        today = timezone.now().date()
        seed_rates(first=today - RATES_REACH_BACK, last=today, per_eur=SANDBOX_RATES)


def ensure_demo() -> Business:
    """The demo business, its person and its connection to the sandbox; made at the first start, kept afterwards."""
    user = _person()
    business = Business.objects.filter(is_demo=True, members__user=user).first()
    if business is None:
        with tenant_transaction(user_id=user.pk, durable=True):
            business = create_business(PROFILE, owner=user)
        Business.objects.filter(pk=business.pk).update(is_demo=True)
    _give_everything(business)
    with acting_for(business):
        if not Source.objects.of(business).exists():
            account = account_id(1, DEMO_VARIANT, "demo")
            connect(business, Connection(account, False, Source.AuthMode.OAUTH), user=user, now=timezone.now())
        _trade(business, user)
    return business


def _trade(business: Business, user: User) -> None:
    """The trading desk and one broker account: its statement waits for the worker, like any upload."""
    if "trading" not in business.desks:
        business.desks = [*business.desks, "trading"]
        business.save(update_fields=["desks"])
    now = timezone.now()
    ensure_statement(business, user=user, last=now.date() - timedelta(days=1), now=now)


def _give_everything(business: Business) -> None:
    """Every desk, by hand and without an end; written once."""
    with acting_for(business):
        grant(
            business, Plan.objects.get(key="pro"), source=Grant.Source.MANUAL, external_id=f"demo:{business.pk}",
            valid_from=business.created_at, reason="The demo shows every desk.",
        )  # fmt: skip


def _person() -> User:
    user = User.objects.filter(email=DEMO_EMAIL).first()
    if user is None:
        # Staff as well, so that the console can be seen; only development checkouts call this.
        user = User.objects.create_user(DEMO_EMAIL, DEMO_PASSWORD, name="Dana Demo", is_staff=True, is_superuser=True)
        mark_email_verified(user)
    return user
