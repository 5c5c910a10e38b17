"""What a question wants, by lexical rules: cues with weights, the best total wins, below the floor nothing does."""

from __future__ import annotations

from agent.analyst.lexicon import LEXICON

FLOOR = 3


def normalised(text: str) -> str:
    """Lower case, straight quotes, contractions written out, single spaces."""
    flat = " ".join(text.lower().replace("\u2019", "'").split())
    for spoken, written in LEXICON.spoken:
        flat = flat.replace(spoken, written)
    return flat


def ranking(text: str) -> list[tuple[str, int]]:
    """Every intent with its total, best first; equal totals in the lexicon's order."""
    totals = [(intent.name, intent.total(text)) for intent in LEXICON.intents]
    return sorted(totals, key=lambda pair: -pair[1])


def intent_of(text: str) -> str:
    """The best intent of a normalised question; empty below the floor and for what is beyond us, such as the future."""
    if is_beyond(text):
        return ""
    name, total = ranking(text)[0]
    return name if total >= FLOOR else ""


def is_beyond(text: str) -> bool:
    """Whether it asks for what no data of ours can say: the future, other businesses, the world."""
    return bool(LEXICON.shapes["beyond"].search(text))


def is_why(text: str) -> bool:
    """Whether it only asks why, about what was said before."""
    return bool(LEXICON.shapes["why"].search(text))


def asks_for_rows(text: str) -> bool:
    """Whether it asks where the numbers came from."""
    return bool(LEXICON.shapes["rows"].search(text))


def is_follow_up(text: str) -> bool:
    """Whether it begins like a continuation: `and last month?`."""
    return bool(LEXICON.shapes["follow_up"].search(text))


def example_of(name: str) -> str:
    return next(intent.example for intent in LEXICON.intents if intent.name == name)
