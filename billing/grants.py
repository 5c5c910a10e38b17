"""Giving a business the right to a plan, and ending it. The only place that writes grants."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from accounts.events import record
from accounts.models import Business, Desk, User
from billing.features import desk_feature
from billing.models import Grant, Plan

#: What a repeated call compares; only a difference is written.
FIELDS = ("plan_id", "valid_from", "valid_until", "read_only_from", "state")


def grant(
    business: Business,
    plan: Plan,
    *,
    source: str,
    external_id: str = "",
    valid_from: datetime,
    valid_until: datetime | None = None,
    read_only_from: datetime | None = None,
    actor: User | None = None,
    reason: str = "",
    opens_desks: bool = True,
) -> Grant:
    """Give `business` the plan, or bring the grant of `(source, external_id)` to what is said now.

    Idempotent with an `external_id`: the same call twice writes and records once. Without one each call gives anew.
    Switches the plan's desks on unless told not to. Every process sees the change when the transaction commits.
    Errors: ValueError when the external id belongs to another business's grant.
    """
    found = _existing(business, source, external_id)
    wanted = Grant(
        business=business, plan=plan, source=source, external_id=external_id, valid_from=valid_from,
        valid_until=valid_until, read_only_from=read_only_from, reason=reason[:300], granted_by=actor,
    )  # fmt: skip
    if found is None:
        wanted.save(force_insert=True)
        _changed(wanted, "billing.grants.granted", actor=actor, reason=reason, opens_desks=opens_desks)
        return wanted
    if all(getattr(found, name) == getattr(wanted, name) for name in FIELDS):
        return found
    for name in FIELDS:
        setattr(found, name, getattr(wanted, name))
    found.reason = reason[:300] or found.reason
    found.save(update_fields=[*FIELDS, "reason"])
    _changed(found, "billing.grants.changed", actor=actor, reason=reason, opens_desks=opens_desks)
    return found


def end_grant(
    business: Business,
    *,
    source: str,
    external_id: str = "",
    grant_id: int | None = None,
    at: datetime,
    actor: User | None = None,
    reason: str = "",
) -> bool:
    """End the grant of `(source, external_id)`, or of `grant_id`, at `at`. Returns False when there is none to end.

    Nothing is deleted: what the business has stays, and new work is what stops.
    """
    if grant_id is None and not external_id:
        raise ValueError("Which grant? Give its external id or its own.")
    named = {"pk": grant_id} if grant_id is not None else {"external_id": external_id}
    held = Grant.objects.of(business).filter(source=source, state=Grant.State.ACTIVE, **named)
    found = held.select_for_update(of=("self",)).select_related("plan").first()
    if found is None:
        return False
    found.state, found.valid_until = Grant.State.ENDED, at
    found.save(update_fields=["state", "valid_until"])
    _changed(found, "billing.grants.ended", actor=actor, reason=reason, opens_desks=False)
    return True


def renew_version(businesses: Iterable[Business]) -> None:
    """Let every process read again what these businesses may use, once the transaction commits."""
    for business in businesses:
        business.plan_version = uuid.uuid4()
        business.save(update_fields=["plan_version"])


def _existing(business: Business, source: str, external_id: str) -> Grant | None:
    if not external_id:
        return None
    held: Grant | None = Grant.objects.select_for_update().filter(source=source, external_id=external_id).first()
    if held is not None and held.business_id != business.pk:
        raise ValueError(f"The grant of {source} {external_id} belongs to another business.")
    return held


def _changed(held: Grant, event: str, *, actor: User | None, reason: str, opens_desks: bool) -> None:
    business = held.business
    if opens_desks:
        _open_desks(business, held.plan)
    renew_version([business])
    record(event, business=business, actor=actor, subject=held, reason=reason, plan=held.plan.key, source=held.source)


def _open_desks(business: Business, plan: Plan) -> None:
    """Switch on the desks that the plan has; none is ever switched off here."""
    has = set(plan.features.exclude(value=0).values_list("key", flat=True))
    current = Business.objects.only("desks").get(pk=business.pk).desks
    added = [desk for desk in Desk.values if desk_feature(desk) in has and desk not in current]
    if added:
        business.desks = [*current, *added]
        business.save(update_fields=["desks"])
