"""What was decided about a file, by whom and why, and what only a person can tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC

from ingestion.trading.reading.model import Decision, Hints, Question
from ingestion.trading.reading.moments import decide_dates, has_zone
from ingestion.trading.reading.numbers import POINT, Check, decide_decimals, is_null
from ingestion.trading.reading.zones import Zone, decide_zone, parse_zone

Columns = Mapping[str, tuple[str, Sequence[str], str]]  # field → label, cells, what the format always does
PROVISIONAL = Zone("UTC", UTC)  # until somebody answers; nothing read with it is accepted


class Conventions:
    """Decisions and questions of one file, column by column. Questions with one key are asked once."""

    def __init__(self, hints: Hints) -> None:
        self.hints = hints
        self.decisions: list[Decision] = []
        self.questions: list[Question] = []
        self.zone_in_use = PROVISIONAL

    def settle_decimals(
        self, columns: Columns, styles: dict[str, str], checks: Mapping[str, Sequence[Check]] | None = None
    ) -> None:
        """Decide decimals of all columns of a table into `styles`; undecided ones lean on their neighbours."""
        first = {
            name: decide_decimals(cells, column=label, hints=self.hints, checks=(checks or {}).get(name, ()))
            for name, (label, cells, _) in columns.items()
        }
        known = {
            verdict.value
            for name, verdict in first.items()
            if isinstance(verdict, Decision) and _has_separator(columns[name][1])
        }
        for name, (label, cells, default) in columns.items():
            verdict = first[name]
            if isinstance(verdict, Question):
                verdict = decide_decimals(cells, column=label, hints=self.hints, default=default, siblings=known)
            styles[name] = self.note(verdict) or POINT

    def settle_dates(self, columns: Columns, styles: dict[str, str]) -> None:
        first = {
            name: decide_dates(cells, column=label, hints=self.hints, default=default)
            for name, (label, cells, default) in columns.items()
        }
        known = {verdict.value for verdict in first.values() if isinstance(verdict, Decision)}
        for name, (label, cells, default) in columns.items():
            verdict = first[name]
            if isinstance(verdict, Question):
                verdict = decide_dates(cells, column=label, hints=self.hints, default=default, siblings=known)
            styles[name] = self.note(verdict)

    def settle_zone(self, times: Iterable[str], *, in_header: str = "", of_format: str = "") -> str:
        """The zone of times without one; asks if nobody says. Returns its text, empty while it is open."""
        cells = [cell for cell in times if not is_null(cell)]
        in_cells = bool(cells) and all(has_zone(cell) for cell in cells)
        verdict = decide_zone(hints=self.hints, in_cells=in_cells, in_header=in_header, of_format=of_format)
        value = self.note(verdict) if cells or in_header or of_format else ""
        if value and value != "cell":
            self.zone_in_use = parse_zone(value)
        return value

    def note(self, verdict: Decision | Question) -> str:
        """Keep it; the value of a decision, empty for a question."""
        if isinstance(verdict, Question):
            if all(question.key != verdict.key for question in self.questions):
                self.questions.append(verdict)
            return ""
        if all((verdict.key, verdict.value) != (made.key, made.value) for made in self.decisions):
            self.decisions.append(verdict)
        return verdict.value

    def decide(self, key: str, value: str, made_by: str, because: str) -> None:
        self.note(Decision(key, value, made_by, because))

    def ask(self, question: Question) -> str:
        """The answer that was given to this question, else empty and it is asked."""
        if answer := self.hints.answers.get(question.key):
            return self.note(Decision(question.key, answer, "person", "You said so."))
        return self.note(question)


def _has_separator(cells: Sequence[str]) -> bool:
    return any("." in cell or "," in cell for cell in cells)
