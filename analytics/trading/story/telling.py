"""What is told, in which order: the result, the edge, the habits, the drawdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from analytics.figures import Figure
from analytics.trading.edge_health.module import EdgeHealth
from analytics.trading.fatigue.module import Fatigue
from analytics.trading.kpis.model import Kpis
from analytics.trading.psychology.calc import Word
from analytics.trading.psychology.finding import Finding, by_weight
from analytics.trading.psychology.module import Psychology
from analytics.trading.slump.calc import State
from analytics.trading.slump.module import SlumpResult
from analytics.trading.story.calc import Sentence, sentence

MOST_HABITS = 3


@dataclass
class Teller:
    """Collects sentences and the figures they stand on."""

    figures: dict[str, Figure] = field(default_factory=dict)

    def say(self, template: str, page: str, source: dict[str, Figure], *keys: str) -> Iterator[Sentence]:
        """One sentence, or none where a figure it needs is missing."""
        made = sentence(template, page, *((key, source.get(key)) for key in keys))
        if made is not None:
            self.figures |= {key: source[key] for key in keys}
            yield made


def result(teller: Teller, found: Kpis) -> Iterator[Sentence]:
    """What the record holds, and how sure its mean is."""
    known = found.figures
    yield from teller.say(
        "The record holds {value:0} closed decisions on {value:1} sessions; together they made {value:2} after costs.",
        "kpis", known, "trading.decisions", "trading.sessions", "trading.net",
    )  # fmt: skip
    yield from teller.say(
        f"{found.headline} The mean decision made {{value:0}}; the record is compatible with {{low:0}} to {{high:0}}.",
        "kpis", known, "trading.expectancy",
    )  # fmt: skip
    yield from teller.say(
        "Of all decisions {value:0} won, and an average win was {value:1} times an average loss.",
        "kpis", known, "trading.win_rate", "trading.payoff",
    )  # fmt: skip
    yield from teller.say("The deepest fall from a peak was {value:0}.", "kpis", known, "trading.max_drawdown_money")


def edge(teller: Teller, found: EdgeHealth) -> Iterator[Sentence]:
    """Whether the newest decisions keep up."""
    yield from teller.say(
        f"{found.headline} Form of the newest decisions is {{value:0}}, and was {{value:1}} before.",
        "edge-health", found.figures, "trading.edge_last", "trading.edge_baseline",
    )  # fmt: skip


def habits(teller: Teller, sheet: Psychology | None, fatigue: Fatigue | None) -> Iterator[Sentence]:
    """Habits that cost, at most three; else those that show; else that none does."""
    asked = [*(sheet.findings if sheet else ()), *((fatigue.finding,) if fatigue else ())]
    told = [one for one in by_weight(asked) if one.verdict in (Word.COSTLY, Word.DIFFERENT)][:MOST_HABITS]
    for one in told:
        yield from _habit(teller, one)
    if not told and sheet is not None:
        yield from teller.say(
            f"{sheet.headline} Questions that could be answered: {{value:0}}.",
            "psychology", sheet.figures, "trading.habits_asked",
        )  # fmt: skip


def _habit(teller: Teller, one: Finding) -> Iterator[Sentence]:
    source = {figure.metric: figure for figure in one.figures}
    if one.verdict is Word.COSTLY:
        yield from teller.say(
            f"{one.sentence} At stake was {{value:0}}, compatible with {{low:0}} to {{high:0}}. {one.action}",
            one.page, source, one.stake.metric,
        )  # fmt: skip
    else:
        label = "The measure of it is {value:0}."
        yield from teller.say(f"{one.sentence} {label}", one.page, source, one.behaviour.metric)


def drawdown(teller: Teller, found: SlumpResult) -> Iterator[Sentence]:
    """Where the account stands below its best."""
    if found.state is State.NONE:
        yield from teller.say(found.headline, "slump", found.figures, "trading.slump_depth")
        return
    yield from teller.say(
        f"{found.headline} The account stands {{value:0}} below its best session's end, for {{value:1}} sessions now; "
        "{value:2} of its own resampled drawdowns are no deeper.",
        "slump", found.figures, "trading.slump_depth", "trading.slump_length", "trading.slump_depth_share",
    )  # fmt: skip
