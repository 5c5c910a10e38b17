"""The best of everything a business holds at a moment. Plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

#: Feature key → value: 1 or 0 for a switch, a count for a limit, None for no limit.
Features = Mapping[str, int | None]
DESK = "desk."


@dataclass(frozen=True, slots=True)
class Held:
    """One grant with what its plan opens. One-off purchases do not carry: they are no access of their own."""

    plan: str
    features: Features
    valid_from: datetime
    valid_until: datetime | None = None
    read_only_from: datetime | None = None
    carries: bool = True

    def is_live(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)

    def is_read_only(self, at: datetime) -> bool:
        return self.read_only_from is not None and self.read_only_from <= at


@dataclass(frozen=True, slots=True)
class Entitlements:
    """What may be seen (`features`) and what new work may be done with (`working`) at `at`.

    Empty:  `working` has nothing while `is_read_only`: a payment is missing, so people read and nothing is written.
    """

    at: datetime
    plans: tuple[str, ...] = ()
    features: Features = field(default_factory=dict)
    working: Features = field(default_factory=dict)
    is_read_only: bool = False

    def has(self, key: str) -> bool:
        """Whether the switch is on, or the limit above zero."""
        return _opens(self.features, key)

    def may_work(self, key: str) -> bool:
        return _opens(self.working, key)

    def limit(self, key: str) -> int | None:
        """How many; None is without limit, 0 where no plan knows the feature."""
        return self.features.get(key, 0)

    def has_room(self, key: str, used: int) -> bool:
        """Whether one more fits beside `used`."""
        most = self.working.get(key, 0)
        return most is None or used < most

    @property
    def desks(self) -> frozenset[str]:
        return frozenset(key.removeprefix(DESK) for key in self.features if key.startswith(DESK) and self.has(key))


def resolve(held: Sequence[Held], base: Features, *, at: datetime) -> Entitlements:
    """Best value per feature over the live grants and `base`, the free plan that everybody has.

    A grant that is read-only counts for seeing. While one of them is the only thing that carries, nothing is written,
    not even what the free plan would allow: the business has a payment to make first.
    """
    live = [grant for grant in held if grant.is_live(at)]
    working = [grant for grant in live if not grant.is_read_only(at)]
    waiting = any(grant.carries for grant in live if grant.is_read_only(at))
    is_read_only = waiting and not any(grant.carries for grant in working)
    return Entitlements(
        at=at,
        plans=tuple(sorted({grant.plan for grant in live})),
        features=best([base, *(grant.features for grant in live)]),
        working={} if is_read_only else best([base, *(grant.features for grant in working)]),
        is_read_only=is_read_only,
    )


def best(offers: Iterable[Features]) -> dict[str, int | None]:
    """The highest value of each key; None, without limit, is above every number."""
    found: dict[str, int | None] = {}
    for offer in offers:
        for key, value in offer.items():
            found[key] = _better(found[key], value) if key in found else value
    return found


def _better(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)


def _opens(features: Features, key: str) -> bool:
    value = features.get(key, 0)
    return value is None or value > 0
