"""What a merge did, in counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class MergeReport:
    """seen = new + changed + unchanged + quarantined, always.

    `unchanged` counts rows that are older than or equal to what is held, and all but the winner among rows of one key.
    `dirty_days` are days of the business, in its own time zone, whose figures must be recomputed.
    """

    stream: str
    seen: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    dirty_days: frozenset[date] = frozenset()

    def __add__(self, other: MergeReport) -> MergeReport:
        """Both together; the stream stays this one's."""
        return MergeReport(
            self.stream,
            self.seen + other.seen,
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.quarantined + other.quarantined,
            self.dirty_days | other.dirty_days,
        )

    @property
    def changed_nothing(self) -> bool:
        """Whether there were rows and all of them were known already."""
        return self.unchanged > 0 and self.new == self.changed == 0

    @property
    def counts(self) -> dict[str, int]:
        return {
            "seen": self.seen,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "quarantined": self.quarantined,
        }
