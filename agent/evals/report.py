"""What the outcomes come to, as a table for people and as bounds that must hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median, quantiles

from agent.evals.outcome import Outcome

LEAST_RIGHT_TOOLS = 0.95
MOST_P95_MS = 1_500.0
#: Of a conversation's first question, all of its requests together. Source: agent.md § 15.
MOST_INPUT_TOKENS = 8_000
HEAD = (
    "", "questions", "right tools", "recall", "precision", "figures right", "ungrounded", "citations valid",
    "abstained", "p50 ms", "p95 ms", "tokens in", "most in", "USD", "analyst instead",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """Outcomes of one engine. Shares are of all cases that ask for it; None where none does."""

    engine: str
    outcomes: tuple[Outcome, ...]
    must_be_right: bool = True

    @property
    def right_tools(self) -> float:
        return self._share(lambda one: one.chose_right) or 0.0

    @property
    def recall(self) -> float | None:
        """The share of expected tools that were called."""
        expected = sum(len(one.case.tools) for one in self.outcomes)
        return _ratio(expected - sum(len(one.missing_tools) for one in self.outcomes), expected)

    @property
    def precision(self) -> float | None:
        """The share of called tools that a case expects; searches beside the point count against it."""
        called = sum(len(one.called) for one in self.outcomes)
        return _ratio(called - sum(len(one.extra_tools) for one in self.outcomes), called)

    @property
    def figures_right(self) -> float | None:
        return self._share(lambda one: not one.wrong, of=lambda one: bool(one.case.figures))

    @property
    def ungrounded(self) -> int:
        """Numbers without a source in what was shown."""
        return sum(len(one.ungrounded) for one in self.outcomes)

    @property
    def citations_valid(self) -> float | None:
        """The share of cited pages that the run had found."""
        cited = sum(one.cited_pages for one in self.outcomes)
        return _ratio(cited - sum(len(one.invalid) for one in self.outcomes), cited)

    @property
    def abstained(self) -> float | None:
        """The share of unanswerable questions that were not answered."""
        return self._share(lambda one: one.abstained, of=lambda one: one.case.abstain)

    @property
    def instead(self) -> int:
        """Questions that the analyst answered in the engine's place."""
        return sum(bool(one.instead) for one in self.outcomes)

    @property
    def cost(self) -> Decimal:
        return sum((one.spent.cost for one in self.outcomes), Decimal(0))

    @property
    def p50(self) -> float:
        """Milliseconds."""
        return median([one.milliseconds for one in self.outcomes] or [0.0])

    @property
    def p95(self) -> float:
        """Milliseconds; the largest of fewer than two."""
        times = [one.milliseconds for one in self.outcomes]
        return quantiles(times, n=20)[-1] if len(times) > 1 else max(times, default=0.0)

    @property
    def input_tokens(self) -> tuple[int, int]:
        """Of first questions, all requests together: the middle and the most. Zeros where no model was asked."""
        sent = [one.spent.input_tokens for one in self.outcomes if one.spent.requests and not one.case.after]
        return (int(median(sent)), max(sent)) if sent else (0, 0)

    @property
    def over_the_token_bar(self) -> tuple[str, ...]:
        """First questions that sent more than the bar."""
        return tuple(
            one.case.id for one in self.outcomes if not one.case.after and one.spent.input_tokens > MOST_INPUT_TOKENS
        )

    def broken(self) -> tuple[str, ...]:
        """The bounds that do not hold, but for those of `slow_or_long`."""
        kinds = {**UNSAFE, **(WRONG if self.must_be_right else {})}
        found = [
            f"{one.case.id}: {kind}: {'; '.join(problems)}"
            for one in self.outcomes
            for kind, of in kinds.items()
            if (problems := of(one))
        ]
        if self.must_be_right and self.right_tools < LEAST_RIGHT_TOOLS:
            missed = ", ".join(one.case.id for one in self.outcomes if not one.chose_right)
            found.append(f"right tools for {self.right_tools:.1%} only; missed: {missed}")
        return tuple(found)

    def slow_or_long(self) -> tuple[str, ...]:
        """Bounds on time, which depends on the machine, and on tokens. They are for engines that have to be right."""
        found = []
        if self.must_be_right and self.p95 > MOST_P95_MS:
            found.append(f"p95 is {self.p95:.0f} ms, more than {MOST_P95_MS:.0f}")
        if self.must_be_right and self.over_the_token_bar:
            found.append(f"more than {MOST_INPUT_TOKENS:,} input tokens: {', '.join(self.over_the_token_bar)}")
        return tuple(found)

    def table(self) -> str:
        """A Markdown table: one row a desk and one for all."""
        lines = [f"| {' | '.join(HEAD)} |", "| --- " * len(HEAD) + "|"]
        for desk in [*sorted({one.case.desk for one in self.outcomes}), ""]:
            chosen = tuple(one for one in self.outcomes if desk in ("", one.case.desk))
            lines.append(Report(self.engine, chosen).row(desk or "all"))
        return "\n".join(lines)

    def row(self, name: str) -> str:
        middle, most = self.input_tokens
        cells = [
            name, str(len(self.outcomes)), _percent(self.right_tools), _percent(self.recall),
            _percent(self.precision), _percent(self.figures_right), str(self.ungrounded),
            _percent(self.citations_valid), _percent(self.abstained), f"{self.p50:.0f}", f"{self.p95:.0f}",
            f"{middle:,}" if middle else "–", f"{most:,}" if most else "–", f"{self.cost:.2f}" if most else "–",
            str(self.instead),
        ]  # fmt: skip
        return f"| {' | '.join(cells)} |"

    def _share(self, holds: Callable[[Outcome], bool], *, of: Callable[[Outcome], bool] = bool) -> float | None:
        asked = [one for one in self.outcomes if of(one)]
        return _ratio(sum(map(holds, asked)), len(asked))


Problems = Callable[[Outcome], Sequence[str]]
#: What may never happen, whichever engine answers.
UNSAFE: dict[str, Problems] = {
    "number without a source": lambda one: one.ungrounded,
    "shown from outside": lambda one: one.leaked,
    "cites a page it did not find": lambda one: one.invalid,
    "of another business": lambda one: one.foreign,
    "beyond a limit": lambda one: one.unbounded,
}
#: What an engine that has to be right may not do either.
WRONG: dict[str, Problems] = {"wrong figure": lambda one: one.wrong, "does not cite": lambda one: one.uncited}


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
