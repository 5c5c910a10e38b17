"""Reading what a business holds, at most once for each change.

The business row, which every request and job has loaded anyway, carries `plan_version`: a random value that the
transaction of each change to a grant or plan renews. What was read is kept in memory under that version. So a warm
check asks no database, and a change is seen by every process as soon as it is committed, without telling anyone.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Business
from billing.entitlements.calc import Entitlements, Features, Held, resolve
from billing.models import Grant, Plan, PlanFeature

FREE = "free"
KEPT = 4096


@dataclass(frozen=True, slots=True)
class Holding:
    """Everything that decides what a business may use, for any moment."""

    base: Features
    held: tuple[Held, ...]


class Memory:
    """The newest holdings by business and version; the oldest leave first."""

    def __init__(self, size: int = KEPT) -> None:
        self._size, self._lock = size, threading.Lock()
        self._kept: OrderedDict[uuid.UUID, tuple[uuid.UUID, Holding]] = OrderedDict()

    def find(self, business: Business) -> Holding | None:
        with self._lock:
            version, holding = self._kept.get(business.pk, (None, None))
            return holding if version == business.plan_version else None

    def keep(self, business: Business, holding: Holding) -> None:
        with self._lock:
            self._kept[business.pk] = (business.plan_version, holding)
            self._kept.move_to_end(business.pk)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


_memory = Memory()


def entitlements(business: Business, *, at: datetime) -> Entitlements:
    """What `business` may use at `at`: the best of its live grants and the free plan.

    Queries: none when its grants were read before and did not change; else two. Runs in any tenant transaction of the
    business, or as the owner.
    Empty:   without a grant it is the free plan.
    """
    holding = _memory.find(business)
    if holding is None:
        holding = _read(business)
        _memory.keep(business, holding)
    return resolve(holding.held, holding.base, at=at)


def _read(business: Business) -> Holding:
    grants = list(Grant.objects.of(business).filter(state=Grant.State.ACTIVE).select_related("plan").order_by("pk"))
    features = _features({FREE, *(grant.plan.key for grant in grants)})
    return Holding(features.get(FREE, {}), tuple(_held(grant, features) for grant in grants))


def _features(plans: Iterable[str]) -> dict[str, dict[str, int | None]]:
    found: dict[str, dict[str, int | None]] = {}
    rows = PlanFeature.objects.filter(plan__key__in=list(plans)).values_list("plan__key", "key", "value")
    for plan, key, value in rows:
        found.setdefault(plan, {})[key] = value
    return found


def _held(grant: Grant, features: dict[str, dict[str, int | None]]) -> Held:
    return Held(
        plan=grant.plan.key,
        features=features.get(grant.plan.key, {}),
        valid_from=grant.valid_from,
        valid_until=grant.valid_until,
        read_only_from=grant.read_only_from,
        carries=grant.plan.kind == Plan.Kind.SUBSCRIPTION,
    )
