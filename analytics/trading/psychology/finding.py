"""A finding: one habit looked for, what was seen, what it costs, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analytics.figures import Figure
from analytics.trading.psychology.calc import Word


@dataclass(frozen=True)
class Finding:
    """`behaviour`, `cost` and `stake` are figures with their evidence; each may be a gap.

    id:       the key of the question, such as `revenge_size`; stable.
    page:     the feature whose page shows it, as in addresses.
    verdict:  costly, different, clear or unknown. `severe` where the habit is at least half again as strong.
    sentence: what that means, without numbers; the figures carry them.
    n:        decisions that are the behaviour.
    action:   what to try where it is costly; a sentence in the imperative.
    """

    id: str
    title: str
    question: str
    page: str
    verdict: Word
    severe: bool
    sentence: str
    n: int
    behaviour: Figure
    cost: Figure
    stake: Figure
    action: str

    @property
    def figures(self) -> tuple[Figure, ...]:
        return self.behaviour, self.cost, self.stake


#: The order in which findings are told.
RANK = {Word.COSTLY: 0, Word.DIFFERENT: 1, Word.CLEAR: 2, Word.UNKNOWN: 3}


def by_weight(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Costly ones first, among them those with most at stake; then what shows, then what does not."""

    def weight(one: Finding) -> tuple[int, int, str]:
        lost = int(one.stake.value) if one.stake.value is not None else 0
        return RANK[one.verdict], lost, one.id

    return tuple(sorted(findings, key=weight))
