"""What the outcomes come to, as a table for people and as bounds that must hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import quantiles

from agent.evals.model import Outcome

LEAST_RIGHT_TOOLS = 0.95
MOST_P95_MS = 1_500.0


@dataclass(frozen=True, slots=True)
class Report:
    """Outcomes of one engine. Shares are of all cases; None where no case asks for it."""

    engine: str
    outcomes: tuple[Outcome, ...]

    @property
    def right_tools(self) -> float:
        return self._share(lambda one: one.chose_right) or 0.0

    @property
    def p95(self) -> float:
        """Milliseconds; the largest of fewer than two."""
        times = [one.milliseconds for one in self.outcomes]
        return quantiles(times, n=20)[-1] if len(times) > 1 else max(times, default=0.0)

    def broken(self) -> tuple[str, ...]:
        """The bounds that do not hold, but for time, which depends on the machine."""
        found = [f"{one.case.id}: {problem}" for one in self.outcomes for problem in _problems(one)]
        if self.right_tools < LEAST_RIGHT_TOOLS:
            missed = ", ".join(one.case.id for one in self.outcomes if not one.chose_right)
            found.append(f"right tools for {self.right_tools:.1%} only; missed: {missed}")
        return tuple(found)

    def table(self) -> str:
        """A Markdown table: one row a desk and one for all."""
        head = "| | questions | right tools | figures right | grounded | cited | precision | p50 ms | p95 ms |"
        lines = [head, "| --- " * 9 + "|"]
        for desk in [*sorted({one.case.desk for one in self.outcomes}), ""]:
            chosen = tuple(one for one in self.outcomes if desk in ("", one.case.desk))
            lines.append(Report(self.engine, chosen)._row(desk or "all"))
        return "\n".join(lines)

    def _row(self, name: str) -> str:
        times = sorted(one.milliseconds for one in self.outcomes)
        cells = [
            name, str(len(self.outcomes)), _percent(self.right_tools),
            _percent(self._share(lambda one: not one.wrong, of=lambda one: bool(one.case.figures))),
            _percent(self._share(lambda one: not one.ungrounded, of=lambda one: one.figures > 0)),
            _percent(self._share(lambda one: not one.uncited, of=lambda one: bool(one.case.cites))),
            _percent(_precision(self.outcomes)), f"{times[len(times) // 2]:.0f}", f"{self.p95:.0f}",
        ]  # fmt: skip
        return f"| {' | '.join(cells)} |"

    def _share(self, holds: Callable[[Outcome], bool], *, of: Callable[[Outcome], bool] = bool) -> float | None:
        asked = [one for one in self.outcomes if of(one)]
        return sum(map(holds, asked)) / len(asked) if asked else None


def _problems(one: Outcome) -> list[str]:
    """What may never happen, in words."""
    kinds: dict[str, Sequence[str]] = {
        "wrong figure": one.wrong, "number without a source": one.ungrounded, "shown from outside": one.leaked,
        "cites a page it did not find": one.foreign, "does not cite": one.uncited,
    }  # fmt: skip
    return [f"{kind}: {'; '.join(found)}" for kind, found in kinds.items() if found]


def _precision(outcomes: Sequence[Outcome]) -> float | None:
    """The share of calls that a case expects; searches beside the point count against it."""
    expected = sum(len(one.case.tools) - len(one.missing_tools) for one in outcomes)
    extra = sum(len(one.extra_tools) for one in outcomes)
    return expected / (expected + extra) if expected + extra else None


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
