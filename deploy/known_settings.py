"""The environment variables that the settings read, found in their source."""

from __future__ import annotations

import ast
from pathlib import Path

#: Read by Django itself, before any setting.
FRAMEWORK_NAMES = frozenset({"DJANGO_SETTINGS_MODULE"})
READERS = {"text", "flag", "number", "items"}


def read_names(folder: Path) -> set[str]:
    """Every name given to `env.text|flag|number|items` or `os.environ.get` under `folder`, tests aside."""
    names: set[str] = set()
    for path in sorted(folder.rglob("*.py")):
        if "tests" not in path.relative_to(folder).parts:
            names |= _names_in(ast.parse(path.read_text()))
    return names


def _names_in(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_reader(node.func) and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.isupper():
                found.add(first.value)
    return found


def _is_reader(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute):
        return False
    owner = ast.unparse(function.value)
    return (owner == "env" and function.attr in READERS) or (owner == "os.environ" and function.attr == "get")
