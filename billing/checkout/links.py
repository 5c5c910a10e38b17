"""Which way to the till a subscription came from, and whether that was paid."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from accounts.models import Business
from billing.models import Checkout
from billing.stripe.client import BillingApi
from billing.stripe.facts import SessionFacts, session_facts

#: What opens a transaction of the business; the caller says, because it may be in one already.
Wall = Callable[[Business], AbstractContextManager[None]]


def link_of(api: BillingApi, business: Business, subscription: str, *, wall: Wall) -> Checkout | None:
    """The checkout of a subscription, brought up to date; None for one that was made without a checkout of ours.

    Asks Stripe only until the checkout is done: the event about the subscription may come before that about the till.
    """
    with wall(business):
        known = Checkout.objects.of(business).filter(subscription=subscription).first()
    if known is not None and known.state == Checkout.State.DONE:
        return known
    sessions = [session_facts(obj) for obj in api.each("/v1/checkout/sessions", subscription=subscription)]
    with wall(business):
        for session in sessions:
            known = note_session(business, session) or known
    return known


def note_session(business: Business, session: SessionFacts) -> Checkout | None:
    """Bring our row to what a session says; None for a session that is not of our making.

    A session whose answer was lost on the way is found by the attempt that we wrote into it.
    """
    rows = Checkout.objects.of(business).select_for_update()
    row: Checkout | None = rows.filter(stripe_id=session.id).first()
    if row is None and session.reference == str(business.pk) and session.attempt.isdigit():
        row = rows.filter(stripe_id="", attempt=int(session.attempt)).first()
    if row is None:
        return None
    state = state_of(session)
    if (row.state, row.subscription, row.stripe_id) != (state, session.subscription, session.id):
        row.state, row.subscription, row.stripe_id = state, session.subscription, session.id
        row.save(update_fields=["state", "subscription", "stripe_id"])
    return row


def state_of(session: SessionFacts) -> str:
    if session.status == "expired":
        return Checkout.State.EXPIRED
    if session.status != "complete":
        return Checkout.State.OPEN
    return Checkout.State.DONE if session.is_paid else Checkout.State.PENDING
