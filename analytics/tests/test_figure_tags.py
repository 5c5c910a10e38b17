"""Figures and charts as a template sees them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template

from analytics import charts, registry
from analytics.figures import Figure
from analytics.registry import Better, Unit, metric

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def two_metrics(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "METRICS", dict(registry.METRICS))
    metric(
        "tests.rate", "Dispute rate", unit=Unit.RATE, better=Better.DOWN, formula="f", source="s", gap="{n} of {need}"
    )
    metric("tests.net", "Net revenue", unit=Unit.MONEY, better=Better.UP, formula="f", source="s", gap="none")
    yield


def shown(source: str, **context: Any) -> str:
    return Template("{% load ui figures %}" + source).render(Context(context))


def rate(value: str, **rest: Any) -> Figure:
    return Figure("tests.rate", Decimal(value), n=2_400, as_of=AS_OF, **rest)


class TestFigure:
    def test_shows_value_interval_and_sample(self) -> None:
        drawn = shown("{% figure f %}", f=rate("0.0072", low=Decimal("0.0061"), high=Decimal("0.0084")))
        assert "0.72%" in drawn and "0.61% to 0.84%" in drawn and "n = 2,400" in drawn

    def test_links_to_its_evidence(self) -> None:
        assert '<a href="/evidence/1/">0.72%</a>' in shown('{% figure f url="/evidence/1/" %}', f=rate("0.0072"))

    def test_a_gap_becomes_its_sentence(self) -> None:
        empty = Figure("tests.rate", None, n=40, as_of=AS_OF, gap="40 of 100 charges.")
        drawn = shown('{% figure f url="/x/" %}', f=empty)
        assert "40 of 100 charges." in drawn and "<a" not in drawn

    def test_compares_in_the_direction_of_its_metric(self) -> None:
        drawn = shown("{% figure f before=g %}", f=rate("0.0072"), g=rate("0.0065"))
        assert 'data-tone="bad"' in drawn and "worse" in drawn

    def test_money_is_read_in_its_currency(self) -> None:
        net = Figure("tests.net", 18_420_315, n=12, as_of=AS_OF, currency="eur")
        assert shown("{{ f|label }} {{ f|value }} {{ f|value_short }}", f=net) == "Net revenue €184,203.15 €184.2k"


class TestKpi:
    def test_says_in_words_what_its_line_shows(self) -> None:
        trend = [Decimal("0.006"), None, Decimal("0.009"), Decimal("0.007")]
        drawn = shown("{% kpi f trend=trend %}", f=rate("0.007"), trend=trend)
        assert "Dispute rate went from 0.60% to 0.70%; lowest 0.60%, highest 0.90%." in drawn

    def test_shows_the_gap_in_place_of_a_value(self) -> None:
        empty = Figure("tests.net", None, n=0, as_of=AS_OF, gap="No charges yet.")
        assert "No charges yet." in shown("{% kpi f %}", f=empty)


SPEC = {
    "usermeta": {
        "columns": [
            {"field": "month", "label": "Month", "unit": "month"},
            {"field": "net", "label": "Net", "unit": "money"},
        ]
    },
    "mark": "bar",
    "config": {"axis": {"labelFontSize": 13}},
}
ROWS: list[dict[str, Any]] = [{"month": date(2026, 4, 1), "net": 1_702_950}, {"month": date(2026, 5, 1), "net": None}]


class TestChart:
    def drawn(self) -> str:
        return shown('{% chart "net" spec rows "Net grew" "By a lot." currency="eur" %}', spec=SPEC, rows=ROWS)

    def test_carries_its_spec_as_data_and_never_as_script(self) -> None:
        drawn = self.drawn()
        (body,) = re.findall(r'<script id="net-spec" type="application/json">(.*?)</script>', drawn)
        spec = json.loads(body)
        assert spec["data"]["values"] == [
            {"month": "2026-04-01T00:00:00", "net": 17029.5},
            {"month": "2026-05-01T00:00:00", "net": None},
        ]
        assert spec["config"]["axis"]["labelFontSize"] == 13
        assert spec["description"] == "Net grew"
        assert "usermeta" not in spec

    def test_lists_the_same_rows_as_a_table(self) -> None:
        drawn = self.drawn()
        assert "Apr 2026" in drawn and "€17,029.50" in drawn and '<td class="num">—</td>' in drawn

    def test_says_title_and_takeaway(self) -> None:
        drawn = self.drawn()
        assert "Net grew" in drawn and "<figcaption" in drawn and "By a lot." in drawn

    def test_without_rows_it_is_an_empty_state(self) -> None:
        drawn = shown('{% chart "net" spec rows "Net" %}', spec=SPEC, rows=[])
        assert 'data-empty="no_rows"' in drawn and "<script" not in drawn

    def test_hostile_rows_cannot_leave_their_block(self) -> None:
        rows = [{"month": date(2026, 4, 1), "net": 1, "name": "</script><script>alert(1)</script>"}]
        drawn = shown('{% chart "net" spec rows "Net" currency="eur" %}', spec=SPEC, rows=rows)
        assert "<script>alert" not in drawn


def test_money_is_marked_with_its_sign_on_axes_and_in_tooltips() -> None:
    spec = {
        "usermeta": {"columns": [{"field": "net", "label": "Net", "unit": "money"}]},
        "layer": [{"encoding": {"y": {"field": "net"}, "x": {"field": "n"}, "tooltip": [{"field": "net"}]}}],
    }
    built = charts.build(spec, [], currency="eur")
    encoding = built["layer"][0]["encoding"]
    assert encoding["y"]["axis"] == {"format": "$~s"}
    assert encoding["tooltip"] == [{"field": "net", "format": "$,.2f"}]
    assert "axis" not in encoding["x"]
    assert built["config"]["locale"]["number"]["currency"] == ["€", ""]


def test_the_paper_form_of_a_chart_names_no_css_variable() -> None:
    spec = charts.build(SPEC, ROWS, currency="eur")
    assert "var(--" in json.dumps(spec)
    assert "var(--" not in json.dumps(charts.for_paper(spec))


def test_building_a_chart_leaves_its_spec_untouched() -> None:
    before = json.dumps(SPEC)
    charts.build(SPEC, ROWS, currency="eur", size="l")
    assert json.dumps(SPEC) == before


def test_an_unknown_spec_file_is_a_mistake_in_the_code() -> None:
    with pytest.raises(FileNotFoundError):
        charts.load_spec("payments/nothing/here")
