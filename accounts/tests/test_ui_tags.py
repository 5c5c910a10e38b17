"""The tags of the design system, as a template sees them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template

from accounts.icons import ICONS


def shown(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_draws_inside_its_box(name: str) -> None:
    drawn = shown("{% icon name %}", name=name)
    assert 'viewBox="0 0 16 16"' in drawn and 'aria-hidden="true"' in drawn


def test_an_icon_alone_carries_its_label() -> None:
    assert 'role="img" aria-label="Menu &amp; more"' in shown('{% icon "menu" label %}', label="Menu & more")


@pytest.mark.parametrize(
    ("source", "value", "text"),
    [
        ('{{ v|money:"eur" }}', 18_420_315, "€184,203.15"),
        ('{{ v|money_short:"eur" }}', 18_420_315, "€184.2k"),
        ('{{ v|money:"jpy" }}', -500, "−¥500"),
        ("{{ v|percent }}", Decimal("0.0412"), "4.1%"),
        ("{{ v|pp }}", Decimal("0.0007"), "+0.07\u00a0pp"),
        ("{{ v|number:1 }}", Decimal("2.25"), "2.3"),
        ("{{ v|signed }}", -3, "−3"),
        ("{{ v|duration }}", 185, "3m\u00a005s"),
        ('{% plural v "charge" %}', 2, "2\u00a0charges"),
        ("{{ v|dash }}", None, "—"),
        ("{{ v|dash }}", 0, "0"),
        ('{{ v|money:"eur" }}', None, "—"),
    ],
)
def test_filters_read_numbers_as_people_do(source: str, value: Any, text: str) -> None:
    assert shown(source, v=value) == text


def test_a_float_is_refused_rather_than_printed() -> None:
    with pytest.raises(TypeError):
        shown('{{ v|money:"eur" }}', v=12.5)


def test_delta_says_its_tone_in_a_word() -> None:
    drawn = shown('{% delta now before unit="rate" better="down" %}', now=Decimal("0.0072"), before=Decimal("0.0065"))
    assert 'data-tone="bad"' in drawn and "+0.07\u00a0pp" in drawn and "worse" in drawn


class TestSparkline:
    def test_scales_from_lowest_to_highest(self) -> None:
        drawn = shown("{% sparkline values %}", values=[1, 3, 2])
        assert 'd="M2.0 22.0L48.0 2.0L94.0 12.0"' in drawn

    def test_leaves_a_gap_where_a_value_is_missing(self) -> None:
        path = shown("{% sparkline values %}", values=[1, 2, None, 3, 4])
        assert path.count("M") == 2 and path.count("L") == 2

    def test_draws_a_level_line_through_the_middle(self) -> None:
        assert set(re.findall(r" (\d+\.\d)", shown("{% sparkline values %}", values=[5, 5, 5]).split('d="')[1])) == {
            "12.0"
        }

    @pytest.mark.parametrize("values", [[], [1], [None, 1, None]])
    def test_draws_nothing_for_fewer_than_two_values(self, values: list[int | None]) -> None:
        assert shown("{% sparkline values %}", values=values) == ""

    def test_is_hidden_from_readers_and_says_its_sentence_beside(self) -> None:
        drawn = shown("{% sparkline values sentence %}", values=[1, 2], sentence="Rose from 1 to 2.")
        assert 'aria-hidden="true"' in drawn and "Rose from 1 to 2." in drawn


@pytest.mark.parametrize(
    ("value", "largest", "width"),
    [(1, 4, "25.0"), (9, 4, "100.0"), (-1, 4, "0.0"), (None, 4, "0.0"), (1, 0, "0.0"), ("3.3", 15, "22.0")],
)
def test_a_bar_stays_inside_its_cell(value: Any, largest: int, width: str) -> None:
    assert f'class="bar-fill" width="{width}%"' in shown("{% bar value largest %}", value=value, largest=largest)


def test_a_bars_track_ends_where_the_row_could_reach() -> None:
    assert 'class="bar-track" width="50.0%"' in shown("{% bar 2 10 track=5 %}")


def test_dial_shows_the_score_and_its_band() -> None:
    drawn = shown("{% dial 87 low high %}", low=Decimal("83.5"), high=Decimal(104))
    assert "Score 87 of 100" in drawn and 'stroke-dasharray="0 83.50 16.50 200"' in drawn


def test_dial_without_a_score_says_so() -> None:
    assert "No score yet" in shown("{% dial None %}")


def test_stackbar_lays_parts_end_to_end() -> None:
    drawn = shown(
        "{% stackbar parts 100 %}", parts=[{"label": "a", "value": 30}, {"label": "b", "value": Decimal("12.5")}]
    )
    assert 'x="0.000%" width="30.000%"' in drawn and 'x="30.000%" width="12.500%"' in drawn


def test_containers_escape_their_titles_and_keep_their_content() -> None:
    drawn = shown('{% card title=title id="x" %}<p>{{ v }}</p>{% endcard %}', title="A & B", v="<b>")
    assert "A &amp; B" in drawn and "<p>&lt;b&gt;</p>" in drawn and 'aria-labelledby="x-title"' in drawn


@pytest.mark.parametrize("kind", ["no_source", "importing", "no_rows", "not_enough", "not_permitted"])
def test_each_empty_state_has_a_title_and_says_what_to_do(kind: str) -> None:
    drawn = shown('{% include "components/empty.html" with kind=kind have=40 need=100 done=8 total=24 %}', kind=kind)
    assert f'data-empty="{kind}"' in drawn and "empty-title" in drawn and "empty-text" in drawn


def test_empty_states_differ() -> None:
    kinds = ["no_source", "importing", "no_rows", "not_enough", "not_permitted"]
    texts = {shown('{% include "components/empty.html" with kind=kind have=1 need=2 %}', kind=kind) for kind in kinds}
    assert len(texts) == len(kinds)


def test_not_enough_counts_what_is_there() -> None:
    source = '{% include "components/empty.html" with kind="not_enough" have=40 need=100 %}'
    assert "There are 40 of the 100 that this figure needs." in shown(source)


def test_initials_take_the_first_two_words() -> None:
    assert shown('{{ "Acme Trading GmbH"|initials }}') == "AT"
