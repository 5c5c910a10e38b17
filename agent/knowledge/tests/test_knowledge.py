"""The knowledge pages: complete heads, numbers that agree with the tables, chunks in size."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from accounts.errors import NotYours
from agent.knowledge.chunks import LIMIT, chunks, count_tokens, split
from agent.knowledge.pages import GLOSSARY, page_of, pages, read_page
from analytics.payments.criteria import PROGRAMME_LINES
from analytics.payments.readiness.model_r1 import R1
from analytics.registry import METRICS

WRITTEN = {
    "api-keys", "asking-the-agent", "connecting-an-assistant", "connecting-stripe", "data-freshness", "dispute-desk",
    "funding-readiness-factors", "language-model-use", "loyalty-perks", "notifications", "orders-and-activation",
    "outbound-webhooks", "payment-amounts", "payment-metrics", "payout-desk", "payout-timing", "plans-and-billing",
    "privacy-of-data", "readiness-score-explained", "recommendation-outcomes", "recommendations-explained",
    "reducing-chargebacks", "revenue-stability", "roles-and-team", "subscription-metrics", "tracing-a-figure",
    "trading-alerts", "trading-append", "trading-cohort", "trading-conduct-bql", "trading-edge", "trading-edge-health",
    "trading-edge-portfolio", "trading-execution", "trading-fatigue", "trading-form-afma", "trading-habits",
    "trading-kpis", "trading-monte-carlo", "trading-own-rules", "trading-packet", "trading-prop-firms",
    "trading-psychology", "trading-sizing", "trading-slices", "trading-slump", "trading-statements", "trading-story",
}  # fmt: skip


def test_the_pages_are_there() -> None:
    assert {page.doc_id for page in pages()} == WRITTEN | {GLOSSARY}
    for page in pages():
        assert page.title and page.category and page.source and page.reviewed.year >= 2026


def test_an_unknown_page_is_nothing() -> None:
    with pytest.raises(NotYours):
        page_of("../secrets")


@pytest.mark.parametrize("text", ["no head at all", "---\ntitle: A\n---\nbody"])
def test_a_page_without_its_head_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="broken"):
        read_page(path)


def test_the_glossary_has_every_metric() -> None:
    body = page_of(GLOSSARY).body
    assert all(f"## {metric.label}\n" in body for metric in METRICS.values())


def test_the_page_of_the_score_states_the_models_weights() -> None:
    body = page_of("readiness-score-explained").body
    weights = [
        int(line.split("|")[2])
        for line in body.splitlines()
        if line.startswith("| ") and "Weight" not in line and "---" not in line
    ]
    assert sorted(weights) == sorted(part.weight for part in R1.components) and sum(weights) == 100
    for cap in R1.caps:
        assert f"at most {cap.limit}" in body


def test_the_page_on_chargebacks_states_the_networks_lines() -> None:
    body = page_of("reducing-chargebacks").body
    for line in PROGRAMME_LINES:
        if line.region in ("", "any"):
            assert f"{line.ratio * 100:.2f} %" in body and f"{line.count:,}" in body


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.doc_id)
def test_chunks_are_within_the_limit_and_keep_every_word(page) -> None:  # type: ignore[no-untyped-def]
    made = chunks(page)
    assert made and all(0 < chunk.tokens <= LIMIT for chunk in made)
    kept = {word for chunk in made for word in chunk.text.split()}
    body = "\n".join(line for line in page.body.splitlines() if not line.startswith("#"))
    assert set(body.split()) <= kept


def test_a_long_section_is_cut_with_overlap() -> None:
    words = [f"word{number}" for number in range(1000)]
    parts = split(" ".join(words), limit=100, overlap=20)
    assert len(parts) > 5 and all(count_tokens(part) <= 100 for part in parts)
    for before, after in itertools.pairwise(parts):
        shared = set(before.split()) & set(after.split())
        assert shared and count_tokens(" ".join(shared)) <= 20
    assert set(" ".join(parts).split()) == set(words)


def test_a_blank_text_has_no_parts() -> None:
    assert split("  \n ") == []
