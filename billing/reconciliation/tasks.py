"""When our sales are compared with Stripe, and our prices made known to it."""

from __future__ import annotations

from datetime import time

from django.conf import settings

from accounts.events import record
from accounts.jobs import JobRun, job, periodic
from billing.plans.publish import publish
from billing.reconciliation.services import reconcile
from billing.stripe.client import BillingApi


@periodic("billing.reconciliation.nightly", queue="ingest", daily_at=time(4, 40))
def nightly(run: JobRun) -> dict[str, int]:
    on_demand.enqueue(dedupe="reconcile")
    return {"enqueued": 1}


@job("billing.reconciliation.run", queue="ingest", max_attempts=3, stepwise=True)
def on_demand(run: JobRun) -> dict[str, int]:
    """The comparison, each business in a transaction of its own; every night, and when staff ask for it."""
    if not settings.BILLING_STRIPE_SECRET_KEY:
        return {}
    api = BillingApi()
    published = publish(api)
    found = reconcile(api, now=run.as_of)
    with run.step():
        record("billing.reconciliation.finished", ok=found.ok, repaired=found.repaired, needs_person=found.needs_person)
    return {"published": published, **found.as_dict()}
