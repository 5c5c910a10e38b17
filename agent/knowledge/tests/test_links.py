"""Pages that advice points to exist. Rules name them as text, because they lie below the agent."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from agent.knowledge.pages import pages

ROOT = Path(__file__).resolve().parents[3]
RULES = sorted(path for path in (ROOT / "recommendations").glob("*/rules/*.py") if path.name != "__init__.py")


def named(path: Path) -> set[str]:
    """Every id that a rule file gives as `knowledge=`, directly or by a constant of the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    given = [word.value for word in ast.walk(tree) if isinstance(word, ast.keyword) and word.arg == "knowledge"]
    values = [constants[value.id] if isinstance(value, ast.Name) else value for value in given]
    return {each.value for value in values for each in ast.walk(value) if isinstance(each, ast.Constant)}


@pytest.mark.parametrize("path", RULES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_rule_points_to_pages_that_exist(path: Path) -> None:
    found = named(path)
    assert found and found <= {page.doc_id for page in pages()}
