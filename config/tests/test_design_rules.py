"""The rules the pages keep, read from the files: tokens only, no inline style, enough contrast, all documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
CSS = sorted((ROOT / "static" / "css").rglob("*.css"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "email" not in path.parts)
TOKENS = (ROOT / "static/css/tokens.css").read_text()
COMPONENTS = ROOT / "templates" / "components"


def token(name: str, theme: int) -> str:
    found = re.search(rf"--{name}: light-dark\((#[0-9a-f]{{6}}), (#[0-9a-f]{{6}})\)", TOKENS)
    assert found, name
    return found.group(theme + 1)


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "papers"),
    [
        (
            "ink",
            ["canvas", "surface", "raised", "sunken", "hover", "good-soft", "bad-soft", "warn-soft", "accent-soft"],
        ),
        ("ink-2", ["canvas", "surface", "raised", "sunken", "hover"]),
        ("accent", ["canvas", "surface", "accent-soft"]),
        ("good", ["canvas", "surface", "good-soft"]),
        ("bad", ["canvas", "surface", "bad-soft"]),
        ("warn", ["surface", "warn-soft"]),
        ("on-solid", ["solid", "solid-hover", "accent"]),
    ],
)
def test_text_stands_out_from_its_paper(ink: str, papers: list[str], theme: int) -> None:
    for paper in papers:
        assert contrast(token(ink, theme), token(paper, theme)) >= 4.5, (ink, paper)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("mark", ["series-1", "series-2", "series-3", "series-4", "line-strong"])
def test_marks_and_borders_of_fields_stand_out(mark: str, theme: int) -> None:
    assert contrast(token(mark, theme), token("surface", theme)) >= 3


@pytest.mark.parametrize("path", [path for path in CSS if path.name != "tokens.css"], ids=lambda path: path.name)
def test_colours_come_from_tokens(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(|oklch\(", re.sub(r"#[a-z-]+[^0-9a-f;]", "", text))


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_every_stylesheet_is_linked_and_in_a_layer(path: Path) -> None:
    name = path.relative_to(ROOT / "static").as_posix()
    assert f"'{name}'" in (COMPONENTS / "stylesheets.html").read_text()
    assert "@layer" in path.read_text()


def test_text_has_five_sizes_and_one_for_display() -> None:
    sizes = set(re.findall(r"--text-(\w+):", TOKENS))
    assert sizes == {"xs", "sm", "md", "lg", "xl", "display"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_templates_carry_no_style_and_no_script_of_their_own(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son\w+=\"|hx-on|javascript:", text)
    for opening in re.findall(r"<script[^>]*>", text):
        assert "src=" in opening or "application/json" in opening, opening


@pytest.mark.parametrize("path", sorted(COMPONENTS.glob("*.html")), ids=lambda path: path.name)
def test_every_component_is_in_the_readme_or_part_of_another(path: Path) -> None:
    readme = (COMPONENTS / "README.md").read_text()
    everywhere = "".join(other.read_text() for other in TEMPLATES if other != path)
    tags = (ROOT / "accounts/templatetags/ui.py").read_text() + (ROOT / "analytics/templatetags/figures.py").read_text()
    assert path.name in readme or f"components/{path.name}" in everywhere + tags


def test_the_readme_names_only_what_exists() -> None:
    readme = (COMPONENTS / "README.md").read_text()
    for name in set(re.findall(r"`(?:components/)?([a-z_]+\.html)`", readme)) - {"app.html", "base.html"}:
        assert (COMPONENTS / name).exists(), name


def test_paper_colours_of_charts_are_the_light_tokens() -> None:
    from analytics.charts import PAPER_COLOURS

    assert {name: token(name[2:], 0) for name in PAPER_COLOURS} == PAPER_COLOURS
