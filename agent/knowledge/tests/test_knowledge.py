"""The knowledge pages: complete heads, numbers that agree with the tables, chunks in size, passages that are found."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from accounts.errors import NotYours
from agent.knowledge.chunks import LIMIT, chunks, count_tokens, split
from agent.knowledge.pages import GLOSSARY, page_of, pages, read_page
from agent.knowledge.search import PER_PAGE, index
from analytics.payments.criteria import PROGRAMME_LINES
from analytics.payments.readiness.model_r1 import R1
from analytics.registry import METRICS

WRITTEN = {
    "funding-readiness-factors", "reducing-chargebacks", "revenue-stability", "payout-timing",
    "readiness-score-explained", "trading-edge", "trading-habits", "trading-prop-firms", "trading-statements",
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


QUESTIONS = """
funding readiness factors | funding-readiness-factors
what do lenders look at | funding-readiness-factors
how long must I have been in business to get a loan | funding-readiness-factors
do I qualify for Stripe Capital | funding-readiness-factors
minimum monthly sales for financing | funding-readiness-factors
how can I get fewer chargebacks | reducing-chargebacks
customers do not recognise the charge on their statement | reducing-chargebacks
what is an early fraud warning | reducing-chargebacks
when does Visa put me in a monitoring programme | reducing-chargebacks
difference between dispute activity and dispute rate | reducing-chargebacks
what evidence should I send for a dispute | reducing-chargebacks
my revenue jumps up and down, how do I make it steadier | revenue-stability
how is volatility measured | revenue-stability
why does a quiet week matter | revenue-stability
what happens when sales fall | revenue-stability
why did my payout fail | payout-timing
what is a negative payout | payout-timing
how do I get a reserve released | payout-timing
how do I make payouts more reliable | payout-timing
how is the readiness score calculated | readiness-score-explained
what are the weights of the parts | readiness-score-explained
which caps are there | readiness-score-explained
what tier is 65 | readiness-score-explained
is the score a credit decision | readiness-score-explained
how is the gain of a recommendation computed | readiness-score-explained
"""


def test_questions_find_their_page() -> None:
    asked = [tuple(part.strip() for part in line.split("|")) for line in QUESTIONS.strip().splitlines()]
    found = [(question, doc, [passage.chunk.doc_id for passage in index().search(question)]) for question, doc in asked]
    first = sum(docs[:1] == [doc] for _, doc, docs in found)
    third = sum(doc in docs[:3] for _, doc, docs in found)
    assert first >= 22 and third >= 24, [row for row in found if row[1] not in row[2][:3]]


@pytest.mark.parametrize(
    "question",
    ["what is the weather in Paris", "who won the football match", "write a poem about cats", "", "the of and"],
)
def test_questions_about_other_things_find_nothing(question: str) -> None:
    assert index().search(question) == ()


def test_no_page_takes_more_than_its_share() -> None:
    docs = [passage.chunk.doc_id for passage in index().search("chargebacks disputes fraud networks", limit=5)]
    assert max(docs.count(doc) for doc in docs) <= PER_PAGE
