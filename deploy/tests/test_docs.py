"""The documentation speaks of things that exist, and leaves no setting out."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from deploy.known_settings import read_names
from deploy.lint import ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
SOURCE = re.compile(
    r"`((?:accounts|agent|analytics|billing|config|deploy|docs|ingestion|recommendations|templates|static|benchmarks)"
    r"/[\w./-]*)`"
)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def without_examples(text: str) -> str:
    """The page without fenced blocks, which may show files that a reader is about to make."""
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


@pytest.mark.parametrize("variable", sorted(read_names(ROOT / "config")))
def test_each_setting_has_a_line(variable):
    assert f"`{variable}`" in (ROOT / "docs" / "settings.md").read_text()


def test_no_line_is_about_a_setting_that_is_gone():
    rows = re.findall(r"^\| (`[^|]+`) \|", (ROOT / "docs" / "settings.md").read_text(), flags=re.M)
    described = {variable for row in rows for variable in re.findall(r"`(\w+)`", row)}
    assert described <= read_names(ROOT / "config")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", page.read_text())
    gone = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert gone == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_that_are_named_exist(page):
    gone = [path for path in SOURCE.findall(without_examples(page.read_text())) if not (ROOT / path).exists()]
    assert gone == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_that_are_named_exist(page):
    named = set(re.findall(r"manage\.py ([a-z_]+)", page.read_text()))
    assert named <= set(get_commands())


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_make_targets_that_are_named_exist(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    assert set(re.findall(r"`make ([a-z]+)`", page.read_text())) <= targets


@pytest.mark.parametrize("page", DECISIONS, ids=name)
def test_a_decision_is_short_and_complete(page):
    text = page.read_text()
    assert len(text.splitlines()) <= 40
    for part in ("**Context.**", "**Decision.**", "**Consequences.**", "**What would change our mind.**"):
        assert part in text
    assert page.name in (page.parent / "README.md").read_text()


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "payments").glob("*.md")), ids=name)
def test_worked_examples_are_what_the_code_answers(page):
    assert doctest.testfile(str(page), module_relative=False).failed == 0


@pytest.mark.parametrize("program", sorted((ROOT / "benchmarks").glob("*.py")), ids=name)
def test_each_benchmark_is_described_and_has_results(program):
    for page in ("benchmarks/README.md", "docs/benchmarks.md"):
        assert program.name in (ROOT / page).read_text()
