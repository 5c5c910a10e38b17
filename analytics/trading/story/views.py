"""The story page: what does the record say, in sentences?"""

from __future__ import annotations

from typing import Any

from analytics.registry import metric_of
from analytics.trading.faces import Shown, Table, face
from analytics.trading.story.calc import Sentence
from analytics.trading.story.module import STORY, Story

STRIP = ("trading.net", "trading.expectancy", "trading.edge_last", "trading.slump_depth")


def context(shown: Shown[Story]) -> dict[str, Any]:
    result = shown.result
    assert result is not None
    return {
        "strip": shown.cells(*STRIP),
        "paragraphs": [
            {"title": part.title, "sentences": [_sentence(shown, one) for one in part.sentences]}
            for part in result.paragraphs
        ],
        "rows": [
            {"text": one.text, **shown.cell(key)}
            for part in result.paragraphs
            for one in part.sentences
            for key in one.figures
        ],
    }


def _sentence(shown: Shown[Story], one: Sentence) -> dict[str, Any]:
    """A sentence with its page and the evidence of each figure in it."""
    evidence = [
        {"label": metric_of(figure.metric).label, "url": shown.url(key)}
        for key in one.figures
        if (figure := shown.figure(key)) is not None
    ]
    return {"text": one.text, "url_name": f"trading:{one.page}", "evidence": evidence}


def table(result: Story) -> Table:
    """One row a sentence, with the keys of its figures."""
    rows = [
        [part.title, one.text, " ".join(one.figures), one.page] for part in result.paragraphs for one in part.sentences
    ]
    return Table(("paragraph", "sentence", "figures", "page"), rows)


FACE = face(STORY, "story", icon="history", order=140, context=context, table=table)
