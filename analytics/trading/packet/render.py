"""A document to a PDF: the same bytes each time, fonts inside, charts as the pages draw them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import typst
import vl_convert

from analytics import charts
from analytics.figures import canonical

TEMPLATE = Path(__file__).with_name("packet.typ")
CHART_WIDTH = 620


def render(document: dict[str, Any], *, rows: list[dict[str, Any]], currency: str, paper: str) -> bytes:
    """The PDF of a document. `rows` are what its charts are drawn from.

    The only moment in it is the document's own; no font of the machine and no clock has a say.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "document.json").write_bytes(canonical(document))
        (folder / "packet.typ").write_bytes(TEMPLATE.read_bytes())
        for part in document["parts"]:
            for drawn in part["charts"]:
                (folder / f"{drawn['name']}.svg").write_text(drawing(drawn["spec"], rows, currency), encoding="utf-8")
        made = typst.compile(
            str(folder / "packet.typ"),
            root=name,
            ignore_system_fonts=True,
            sys_inputs={"paper": paper},
            timestamp=document["cover"]["epoch"],
        )
    assert isinstance(made, bytes)
    return made


def drawing(spec: str, rows: list[dict[str, Any]], currency: str) -> str:
    """One chart on paper, as SVG."""
    whole = charts.for_paper(charts.build(charts.load_spec(spec), rows, currency=currency), width=CHART_WIDTH)
    drawn: str = vl_convert.vegalite_to_svg(json.dumps(whole))
    return drawn
