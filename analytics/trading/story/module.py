"""The story module: paragraphs of sentences over what other modules found."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.figures import Figure
from analytics.trading.edge_health.module import EDGE_HEALTH
from analytics.trading.fatigue.module import FATIGUE
from analytics.trading.kpis.module import KPIS
from analytics.trading.modules import Beside, module
from analytics.trading.psychology.module import PSYCHOLOGY
from analytics.trading.record import Record
from analytics.trading.slump.module import SLUMP
from analytics.trading.story import telling
from analytics.trading.story.calc import Sentence
from analytics.trading.story.telling import Teller


@dataclass(frozen=True)
class Paragraph:
    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Story:
    """Paragraphs in reading order. `missing` names modules that had nothing to tell from."""

    n: int
    headline: str
    paragraphs: tuple[Paragraph, ...]
    missing: tuple[str, ...]
    figures: dict[str, Figure]


def compute(record: Record, beside: Beside, seed: int) -> Story:
    """Deterministic: equal findings, equal words. Empty: no paragraph without any finding."""
    teller = Teller()
    kpis, edge, slump = beside.of(KPIS), beside.of(EDGE_HEALTH), beside.of(SLUMP)
    sheet, fatigue = beside.of(PSYCHOLOGY), beside.of(FATIGUE)
    parts = (
        ("The result", telling.result(teller, kpis) if kpis else ()),
        ("The edge", telling.edge(teller, edge) if edge else ()),
        ("Habits", telling.habits(teller, sheet, fatigue)),
        ("The drawdown", telling.drawdown(teller, slump) if slump else ()),
    )
    made = tuple(Paragraph(title, sentences) for title, part in parts if (sentences := tuple(part)))
    told = {"KPIs": kpis, "Edge Health": edge, "Slump Prescription": slump, "Psychology": sheet, "Fatigue": fatigue}
    missing = tuple(name for name, result in told.items() if result is None)
    headline = kpis.headline if kpis and made else "The record is too short for a story."
    return Story(len(record), headline, made, missing, teller.figures)


STORY = module(
    "story", "Story", version="1", result=Story, compute=compute,
    after=("kpis", "edge_health", "psychology", "fatigue", "slump"),
)  # fmt: skip
